// The details of a conversation: its activity, its participants, and its properties.
import { useEffect, useMemo } from "preact/hooks";
import { Button, Segments } from "../../parts/button";
import { filter, route } from "../../routes";
import { ConversationLog } from "../../stores/conversation-log";
import { count } from "../../titles";
import { Activity } from "./activity";
import type { Opened } from "./conversation";
import { NOW, ParticipantsTab } from "./participants";
import { Properties } from "./properties";

type Tab = "activity" | "participants" | "json";

export function Details({ opened }: { opened: Opened }) {
  const wanted = route.value.query.get("tab");
  const tab: Tab = wanted === "participants" || wanted === "json" ? wanted : "activity";
  const isGroup = opened.one.conversation.value?.type !== "personal";
  const tabs = [
    { value: "activity", text: "Activity" },
    { value: "participants", text: isGroup ? `Participants ${count(opened.one.participantCount.value)}` : "User" },
    { value: "json", text: "JSON" },
  ] as const;
  return (
    <aside class={`conversation-details ${wanted ? "open" : ""}`} aria-label="Details">
      <div class="bar">
        <Segments label="Details" choices={tabs} value={tab} onChange={(value) => filter({ ...NOW, tab: value })} />
        <span class="spread" />
        <span class="only-narrow"><Button kind="quiet" icon="x" label="Close" onPress={() => filter({ tab: null })} /></span>
      </div>
      {tab === "activity" && <ActivityTab id={opened.id} />}
      {tab === "participants" && <ParticipantsTab opened={opened} />}
      {tab === "json" && <Properties one={opened.one} />}
    </aside>
  );
}

function ActivityTab({ id }: { id: string }) {
  const log = useMemo(() => new ConversationLog(id), [id]);
  useEffect(() => log.start(), [log]);
  return <Activity log={log} />;
}
