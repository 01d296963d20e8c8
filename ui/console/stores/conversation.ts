// One conversation: its properties, who controls it, and its counts.
import { computed, signal } from "@preact/signals";
import { type ApiError, call } from "../../shared/api";
import type { Conversation, ConversationSummary, ConversationUpdateBody, SwitchboardIntegration } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { throttled } from "../../shared/throttle";
import { appId } from "../routes";
import { follow } from "./activity";

const REFRESH_MS = 500;
const CHANGES = /^(?:conversation:(?:join|leave|read|message)|switchboard:.+)$/;

export class OpenConversation {
  readonly conversation = signal<Conversation | null>(null);
  readonly summary = signal<ConversationSummary | null>(null);
  /** The number of participants that a group may have. */
  readonly limit = signal(0);
  readonly error = signal<ApiError | null>(null);
  /** Whether it was deleted while it was shown. */
  readonly isGone = signal(false);
  readonly participantCount = computed(() => this.summary.value?.participantCount ?? 0);
  private readonly path: { appId: string; conversationId: string };
  private readonly loadSoon = throttled(() => void this.load(), REFRESH_MS);

  constructor(readonly id: string) {
    this.path = { appId: appId.value, conversationId: id };
  }

  start(): () => void {
    void this.load();
    return follow({
      onEvents: (events) => {
        for (const one of events) {
          if (one.conversationId !== this.id) continue;
          if (one.type === "conversation:remove") this.isGone.value = true;
          else if (CHANGES.test(one.type)) this.loadSoon();
        }
      },
      onRequests: (requests) => {
        for (const one of requests) if (/^(?:Update|Delete)Conversation$/.test(one.operation ?? "") && one.path.includes(this.id)) this.loadSoon();
      },
      onReset: () => void this.load(),
    });
  }

  async load(): Promise<void> {
    if (this.isGone.value) return;
    try {
      const [one, counts] = await Promise.all([call("GetConversation", this.path), call("GetAppConversation", this.path)]);
      this.conversation.value = one.conversation;
      this.summary.value = counts.conversation;
      this.limit.value = counts.participantLimit;
      this.error.value = null;
    } catch (error) {
      this.error.value = asApiError(error);
    }
  }

  /** Rejects with an `ApiError`. */
  async update(body: ConversationUpdateBody): Promise<void> {
    this.conversation.value = (await call("UpdateConversation", this.path, { body })).conversation;
    await this.load();
  }

  /** Rejects with an `ApiError`. */
  async remove(): Promise<void> {
    await call("DeleteConversation", this.path);
    this.isGone.value = true;
  }

  /** Offer or pass control, or accept or release it. Rejects with an `ApiError`. */
  async control(verb: "accept" | "offer" | "pass" | "release", switchboardIntegration = ""): Promise<void> {
    if (verb === "accept") await call("AcceptControl", this.path, { body: {} });
    else if (verb === "release") await call("ReleaseControl", this.path, { body: {} });
    else if (verb === "offer") await call("OfferControl", this.path, { body: { switchboardIntegration } });
    else await call("PassControl", this.path, { body: { switchboardIntegration } });
    await this.load();
  }
}

/** The switchboard integrations of the app; none without a switchboard that is enabled. */
export async function loadSwitchboardIntegrations(): Promise<SwitchboardIntegration[]> {
  const app = { appId: appId.value };
  const { switchboards } = await call("ListSwitchboards", app);
  const all = await Promise.all(switchboards.filter((one) => one.enabled).map((one) => call("ListSwitchboardIntegrations", { ...app, switchboardId: one.id })));
  return all.flatMap((one) => one.switchboardIntegrations);
}
