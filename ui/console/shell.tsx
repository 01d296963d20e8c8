// The frame around all screens: sign-in, the bar at the top, and the navigation.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../shared/api";
import { asApiError } from "../shared/paged";
import { Banner } from "./parts/banner";
import { Menu } from "./parts/dialog";
import { Empty, ErrorNote, Toasts } from "./parts/errors";
import { Icon } from "./parts/icons";
import { LiveMark } from "./parts/live";
import { BottomBar, Navigation } from "./parts/navigation";
import { appId, go, linkTo, route } from "./routes";
import { SCREENS } from "./screens/index";
import { SignIn } from "./screens/sign-in";
import { expired, session, signOut } from "./session";
import { handleKeys } from "./shortcuts";
import { readActivity } from "./stores/activity";
import { app, apps, loadApps } from "./stores/apps";
import { loadSandbox } from "./stores/sandbox";
import { nextTheme, theme } from "./theme";

export function Console({ ticket }: { ticket: string | null }) {
  const unused = useSignal(ticket);
  if (session.value === null || unused.value !== null)
    return <SignIn ticket={unused.value} onDone={() => (unused.value = null)} />;
  return (
    <>
      <Shell />
      {expired.value && <SignIn ticket={null} over onDone={() => undefined} />}
      <Toasts />
    </>
  );
}

function Shell() {
  const error = useSignal<ApiError | null>(null);
  const load = async (): Promise<void> => {
    try {
      await loadApps();
      error.value = null;
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  useEffect(() => void load(), [session.value?.id]);
  useEffect(() => handleKeys(new Map(SCREENS.flatMap((one) => (one.key ? [[one.key, one.name]] : [])))), []);
  useEffect(() => {
    const first = apps.value[0];
    if (!appId.value && first) go(linkTo(route.value.screen, { appId: first.id, id: route.value.id }), { replace: true });
  }, [appId.value, apps.value]);
  useEffect(() => {
    if (!appId.value || !session.value) return undefined;
    void loadSandbox();
    return readActivity(appId.value, session.value.id);
  }, [appId.value, session.value?.id]);
  return (
    <div class="shell">
      <TopBar />
      <Navigation />
      <main class="main" id="main">
        <Banner />
        {error.value && <div class="page"><ErrorNote error={error.value} onRetry={load} /></div>}
        {appId.value && <View key={`${appId.value}/${route.value.screen}`} />}
      </main>
      <BottomBar />
    </div>
  );
}

function View() {
  const screen = SCREENS.find((one) => one.name === route.value.screen);
  useEffect(() => {
    document.title = `${screen?.title ?? "Not found"} · ${app.value?.displayName || "Heliograph"}`;
  }, [screen, app.value]);
  if (!screen) return <Empty title="There is no such screen"><a href={linkTo("home")}>Home</a></Empty>;
  const Screen = screen.view;
  return <Screen />;
}

function TopBar() {
  const themes = { system: "As the system", light: "Light", dark: "Dark" };
  return (
    <header class="top">
      <a class="brand" href={linkTo("home")} aria-label="Heliograph"><Icon name="sun" /><span class="only-wide">Heliograph</span></a>
      <Menu label="App" text={app.value?.displayName || "App"}
        items={apps.value.map((one) => ({ text: one.displayName || one.id, onPress: () => go(linkTo("home", { appId: one.id })) }))} />
      <span class="spread" />
      <LiveMark />
      <Menu label={session.value?.name ?? "You"} text={session.value?.name} items={[
        { text: `Theme: ${themes[theme.value]}`, icon: "monitor", onPress: nextTheme },
        { text: "Sign out", icon: "log-out", onPress: signOut },
      ]} />
    </header>
  );
}
