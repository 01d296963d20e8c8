// The navigation at the side, and at the bottom of a phone.
import { linkTo, route } from "../routes";
import { SCREENS, type Screen } from "../screens/index";
import { sandbox } from "../stores/sandbox";
import { Menu } from "./dialog";
import { go } from "../routes";
import { Icon } from "./icons";

const ON_PHONE = ["home", "conversations", "requests", "inbox"];

function offered(): Screen[] {
  return SCREENS.filter((one) => !one.sandboxOnly || sandbox.value.exists);
}

export function Navigation() {
  const groups = Object.entries(Object.groupBy(offered(), (one) => one.group));
  return (
    <nav class="nav" aria-label="Screens">
      {groups.map(([group, screens]) => (
        <>
          {group && <h2>{group}</h2>}
          {screens?.map((one) => <NavigationLink key={one.name} screen={one} />)}
        </>
      ))}
    </nav>
  );
}

export function BottomBar() {
  const screens = offered();
  const rest = screens.filter((one) => !ON_PHONE.includes(one.name));
  return (
    <nav class="bottom-bar" aria-label="Screens">
      {ON_PHONE.flatMap((name) => screens.filter((one) => one.name === name)).map((one) => <NavigationLink key={one.name} screen={one} />)}
      <Menu label="More screens" text="More" icon="menu" items={rest.map((one) => ({ text: one.title, icon: one.icon, onPress: () => go(linkTo(one.name)) }))} />
    </nav>
  );
}

function NavigationLink({ screen }: { screen: Screen }) {
  const current = route.value.screen === screen.name ? "page" : undefined;
  return <a href={linkTo(screen.name)} aria-current={current}><Icon name={screen.icon} /><span>{screen.title}</span></a>;
}
