// Warnings on every screen: chaos is on, the clock is shifted, or contents are hidden.
import { useEffect } from "preact/hooks";
import { followSandbox, sandbox, stopChaos } from "../stores/sandbox";
import { linkTo } from "../routes";
import { hidesContents, isViewer } from "../session";
import { Button } from "./button";
import { attempt } from "./errors";

export function Banner() {
  const { chaosRules, injected, clockShift } = sandbox.value;
  useEffect(() => followSandbox(), []);
  return (
    <>
      {hidesContents && <p class="banner plain">This server hides the contents of messages from the console.</p>}
      {chaosRules > 0 && (
        <div class="banner" role="status">
          <span>Chaos is on: {chaosRules} {chaosRules === 1 ? "rule" : "rules"}, {injected} {injected === 1 ? "fault" : "faults"} injected.</span>
          {!isViewer.value && <Button small onPress={() => attempt(stopChaos, "Chaos is off")}>Turn off</Button>}
        </div>
      )}
      {clockShift !== null && (
        <div class="banner" role="status">
          <span>The clock of this app is {clockShift}.</span>
          <a href={linkTo("sandbox")}>Change it</a>
        </div>
      )}
    </>
  );
}
