// The switchboard of the app, and the control of its conversations.
import { signal } from "@preact/signals";
import { ApiError, call } from "../../shared/api";
import type {
  ConversationSummary, Switchboard, SwitchboardIntegration, SwitchboardIntegrationCreateBody,
  SwitchboardIntegrationUpdateBody, SwitchboardUpdateBody,
} from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";

/** An integration of the app, as a choice of the forms. */
export interface Linkable {
  id: string;
  type: string;
  name: string;
}

const CONVERSATIONS = 100;
const RELOAD_MS = 2000;

/** The switchboard with its integrations, the integrations of the app, and the most recently active conversations. */
export class Board {
  /** Null if the app has no switchboard; undefined before it is known. */
  readonly switchboard = signal<Switchboard | null | undefined>(undefined);
  readonly members = signal<SwitchboardIntegration[]>([]);
  readonly linkable = signal<Linkable[]>([]);
  readonly conversations = signal<ConversationSummary[]>([]);
  readonly error = signal<ApiError | null>(null);
  private readonly app = { appId: appId.value };

  /** Load all of it, and follow the activity of conversations until the returned function is called. */
  start(): () => void {
    void this.load();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const reload = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        // A hidden page catches up with the next event after it is shown again.
        if (!document.hidden) void this.loadConversations().catch(() => undefined);
      }, RELOAD_MS);
    };
    const unfollow = follow({
      onEvents: (events) => events.some((one) => one.conversationId !== undefined) && reload(),
      onReset: () => void this.load(),
    });
    return () => {
      unfollow();
      if (timer !== null) clearTimeout(timer);
    };
  }

  async load(): Promise<void> {
    try {
      const [{ switchboards }, linkable] = await Promise.all([call("ListSwitchboards", this.app), linkableOf(this.app)]);
      const found = switchboards[0] ?? null;
      this.linkable.value = linkable;
      this.members.value = found
        ? (await call("ListSwitchboardIntegrations", { ...this.app, switchboardId: found.id })).switchboardIntegrations
        : [];
      if (found) await this.loadConversations();
      this.switchboard.value = found;
      this.error.value = null;
    } catch (failure) {
      this.error.value = asApiError(failure);
    }
  }

  private async loadConversations(): Promise<void> {
    const query = { page: { size: CONVERSATIONS }, sort: "activity" };
    this.conversations.value = (await call("ListAppConversations", this.app, { query })).conversations;
  }

  async create(): Promise<void> {
    await call("CreateSwitchboard", this.app);
    await this.load();
  }

  async update(body: SwitchboardUpdateBody): Promise<void> {
    await call("UpdateSwitchboard", this.path(), { body });
    await this.load();
  }

  async remove(): Promise<void> {
    await call("DeleteSwitchboard", this.path());
    await this.load();
  }

  async addMember(body: SwitchboardIntegrationCreateBody): Promise<void> {
    await call("CreateSwitchboardIntegration", this.path(), { body });
    await this.load();
  }

  async updateMember(id: string, body: SwitchboardIntegrationUpdateBody): Promise<void> {
    await call("UpdateSwitchboardIntegration", { ...this.path(), switchboardIntegrationId: id }, { body });
    await this.load();
  }

  async removeMember(id: string): Promise<void> {
    await call("DeleteSwitchboardIntegration", { ...this.path(), switchboardIntegrationId: id });
    await this.load();
  }

  private path(): { appId: string; switchboardId: string } {
    return { ...this.app, switchboardId: this.switchboard.value?.id ?? "" };
  }
}

async function linkableOf(app: { appId: string }): Promise<Linkable[]> {
  const { integrations } = await call("ListIntegrations", app, { query: { page: { size: 100 } } });
  return integrations.map(({ id, type, displayName }) => ({ id, type, name: displayName || id }));
}

/** The integrations in the order in which `next` passes control: from the default one on, then the others. */
export function inOrder(members: readonly SwitchboardIntegration[], defaultId: string | undefined): SwitchboardIntegration[] {
  const byId = new Map(members.map((one) => [one.id, one]));
  const ordered = new Set<SwitchboardIntegration>();
  const begins = [defaultId, ...members.map((one) => one.id)];
  for (const begin of begins) {
    let at = begin === undefined ? undefined : byId.get(begin);
    while (at && !ordered.has(at)) {
      ordered.add(at);
      at = at.nextSwitchboardIntegrationId === undefined ? undefined : byId.get(at.nextSwitchboardIntegrationId);
    }
  }
  return [...ordered];
}

/** The numbers of conversations in which a switchboard integration is active and pending. */
export function countsOf(id: string, conversations: readonly ConversationSummary[]): { active: number; pending: number } {
  return {
    active: conversations.filter((one) => one.activeSwitchboardIntegration?.id === id).length,
    pending: conversations.filter((one) => one.pendingSwitchboardIntegration?.id === id).length,
  };
}
