// The initials of a user, shown next to the name.
export function Initials({ name }: { name: string }) {
  return <span class="initials" aria-hidden="true">{initialsOf(name)}</span>;
}

/** The first letters of the first two words, or the last two characters of a name that ends in a number. */
export function initialsOf(name: string): string {
  if (/^[0-9a-f]{24}$/.test(name)) return name.slice(10, 12);
  if (/\d\d$/.test(name)) return name.slice(-2);
  const words = name.split(/[\s._@-]+/).filter(Boolean).slice(0, 2);
  return words.map((word) => [...new Intl.Segmenter().segment(word)][0]?.segment ?? "").join("").toLocaleUpperCase();
}
