// The users of the app, and one user with the related records.
import { useEffect, useMemo } from "preact/hooks";
import type { User } from "../../shared/operations";
import { Button } from "../parts/button";
import { Empty, ErrorNote } from "../parts/errors";
import { List } from "../parts/list";
import { Initials } from "../parts/person";
import { SearchList } from "../parts/search-list";
import { shortened, Time } from "../parts/values";
import { filter, go, linkTo, route, select } from "../routes";
import { isViewer } from "../session";
import { nameOf, UserList } from "../stores/users";
import { UserDetail } from "./user-detail";
import { CreateUser } from "./user-forms";

export function Users() {
  const { id, query } = route.value;
  const wanted = query.get("q") ?? "";
  const creating = query.has("new") && !isViewer.value;
  const list = useMemo(() => new UserList(wanted), [wanted]);
  useEffect(() => list.start(), [list]);
  const { items, loaded, error, loading } = list.pages;
  const isEmpty = loaded.value && !error.value && items.value.length === 0;
  return (
    <>
      <div class="bar">
        <h1>Users</h1>
        <SearchList label="Name, external ID, user ID, email or key=value" wanted={wanted} />
        <span class="spread" />
        {!isViewer.value && <Button icon="plus" onPress={() => filter({ new: "1" })}>Create user</Button>}
      </div>
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
          {isEmpty && <NoUsers wanted={wanted} />}
          {!isEmpty && <List label="Users" items={items.value} idOf={(one) => one.id} selected={id} onOpen={(one) => select(one.id)}
            onEnd={() => void list.pages.loadMore()} row={(one) => <UserRow user={one} />} note={loading.value ? "Loading…" : null} />}
        </div>
        {id && <div class="detail-pane"><UserDetail key={id} id={id} onChange={(user) => list.pages.update(user)} onGone={() => list.pages.remove(id)} /></div>}
      </div>
      {creating && <CreateUser onClose={() => filter({ new: null })} onDone={(user) => go(linkTo("users", { id: user.id }))} />}
    </>
  );
}

function UserRow({ user }: { user: User }) {
  const name = nameOf(user);
  return (
    <>
      <Initials name={name} />
      <span class="spread truncate" dir="auto">{name === user.id ? <span class="mono">{shortened(name)}</span> : name}</span>
      <span class="user-email truncate muted">{user.profile.email}</span>
      <span class="user-external truncate mono muted" dir="auto">{user.externalId !== name && user.externalId}</span>
      <Time value={user.signedUpAt} />
    </>
  );
}

function NoUsers({ wanted }: { wanted: string }) {
  if (!wanted) return <Empty title="No users yet"><p>Users who are created through the API or here appear in this list.</p></Empty>;
  return (
    <Empty title="No such user">
      <p class="narrow">No user has <strong dir="auto">{wanted}</strong> as external ID, user ID or email identity, as a pair of the metadata such as plan=gold, or a name that begins with it.</p>
      <Button onPress={() => filter({ q: null })}>Show all users</Button>
    </Empty>
  );
}
