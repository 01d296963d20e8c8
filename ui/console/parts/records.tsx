// A short list whose entries have buttons.
import type { ComponentChildren } from "preact";
import { Button } from "./button";
import { ErrorNote } from "./errors";
import type { Paged } from "../../shared/paged";

export function Records({ label, children }: { label: string; children: ComponentChildren }) {
  return <ul class="records" aria-label={label}>{children}</ul>;
}

interface RecordProps {
  title: ComponentChildren;
  /** Facts in a line below the title. */
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

export function Record({ title, children, actions }: RecordProps) {
  return (
    <li class="record">
      <div class="record-text">
        <div class="row wrap record-title">{title}</div>
        {children && <div class="record-facts">{children}</div>}
      </div>
      {actions && <div class="row record-actions">{actions}</div>}
    </li>
  );
}

/** The state of a list: loading, failed, empty, or with more pages. */
export function RecordsState<T>({ pages, empty }: { pages: Paged<T>; empty: ComponentChildren }) {
  const { error, loaded, loading, items, hasMore } = pages;
  if (error.value) return <ErrorNote error={error.value} onRetry={() => pages.load()} />;
  if (!loaded.value) return loading.value ? <p class="faint">Loading…</p> : null;
  if (items.value.length === 0) return <div class="muted">{empty}</div>;
  return hasMore.value ? <Button small onPress={() => pages.loadMore()}>Show more</Button> : null;
}

interface SectionProps {
  title: string;
  /** Whether it is part of a detail view, whose heading has level 2. */
  inDetail?: boolean;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A section with a heading, and actions next to it. */
export function Section({ title, inDetail, actions, children }: SectionProps) {
  const Heading = inDetail ? "h3" : "h2";
  return (
    <section class="section">
      <div class="row wrap section-head"><Heading class="spread">{title}</Heading>{actions}</div>
      {children}
    </section>
  );
}
