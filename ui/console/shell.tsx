// The frame around all screens: sign-in, the bar at the top, and the navigation.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { ApiError } from "../shared/api";
import { asApiError } from "../shared/paged";
import { asking } from "./commands";
import { Banner } from "./parts/banner";
import { Button } from "./parts/button";
import { Empty, ErrorNote, Toasts } from "./parts/errors";
import { focusHeading } from "./parts/heading";
import { BottomBar, Navigation } from "./parts/navigation";
import { Search } from "./parts/search";
import { ShortcutsHelp } from "./parts/shortcuts-help";
import { TopBar } from "./parts/top-bar";
import { appId, go, linkTo, route } from "./routes";
import { AskedDialog } from "./screens/app-forms";
import { SCREENS } from "./screens/index";
import { SignIn } from "./screens/sign-in";
import { expired, isViewer, session, ticket } from "./session";
import { explaining, handleKeys, searching } from "./shortcuts";
import { readActivity } from "./stores/activity";
import { app, apps, loadApp, loadApps, loadedFor } from "./stores/apps";
import { loadSandbox } from "./stores/sandbox";

export function Console() {
  if (session.value === null || ticket.value !== null)
    return <SignIn key={ticket.value} ticket={ticket.value} onDone={() => (ticket.value = null)} />;
  return (
    <>
      <Shell />
      {searching.value && <Search />}
      {explaining.value && <ShortcutsHelp />}
      <AskedDialog />
      {expired.value && <SignIn ticket={null} over onDone={() => undefined} />}
      <Toasts />
    </>
  );
}

function Shell() {
  const { error, load } = useAppOfUrl();
  // A layout effect: keys that are pressed between the paint and an effect would do nothing.
  useLayoutEffect(() => handleKeys(new Map(SCREENS.flatMap((one) => (one.key ? [[one.key, one.name]] : [])))), []);
  useEffect(() => {
    if (!appId.value || !session.value) return undefined;
    void loadSandbox();
    return readActivity(appId.value, session.value.id);
  }, [appId.value, session.value?.id]);
  return (
    <div class="shell">
      <a class="skip button" href="#main" onClick={(event) => {
        event.preventDefault();
        focusHeading();
      }}>Skip to the content</a>
      <TopBar />
      <Navigation />
      <main class="main" id="main" tabIndex={-1}>
        <Banner />
        {error.value && <div class="page"><ErrorNote error={error.value} onRetry={load} /></div>}
        {!error.value && (appId.value ? <View key={`${appId.value}/${route.value.screen}`} /> : <NoApps />)}
      </main>
      <BottomBar />
    </div>
  );
}

/** Load the apps, show the first one if the URL names none, and fail if the session has no access to the one it names. */
function useAppOfUrl(): { error: Signal<ApiError | null>; load: () => Promise<void> } {
  const error = useSignal<ApiError | null>(null);
  const load = async (): Promise<void> => {
    try {
      await loadApps();
      if (appId.value) await loadApp(appId.value);
      error.value = null;
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  useEffect(() => void load(), [session.value?.id, appId.value]);
  useEffect(() => {
    const first = apps.value[0];
    if (!appId.value && first) go(linkTo(route.value.screen, { appId: first.id, id: route.value.id }), { replace: true });
  }, [appId.value, apps.value]);
  return { error, load };
}

function NoApps() {
  if (loadedFor.value !== session.value?.id || apps.value.length) return null;
  return (
    <Empty title="No apps yet">
      <p>An app has its own users, conversations, integrations and keys.</p>
      {!isViewer.value && <Button kind="primary" onPress={() => (asking.value = "app")}>Create an app…</Button>}
    </Empty>
  );
}

let shown: string | null = null;

function View() {
  const screen = SCREENS.find((one) => one.name === route.value.screen);
  const name = app.value?.displayName;
  useEffect(() => {
    document.title = `${screen?.title ?? "Not found"} · ${name || "Heliograph"}`;
  }, [screen, name]);
  useEffect(() => {
    // Moves the focus to the heading of a new view, but not when the page was just loaded.
    if (shown !== null) focusHeading();
    shown = screen?.name ?? "";
  }, []);
  if (!screen) return <Empty title="There is no such screen"><a href={linkTo("home")}>Home</a></Empty>;
  const Screen = screen.view;
  return <Screen />;
}
