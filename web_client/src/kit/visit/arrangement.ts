/** Who is shown large and who small. Pure: people in, places out; the places are areas of the stage's grid. */

export interface Shown {
  readonly id: string;
  readonly signs?: boolean;
}

export interface Arrangement {
  /** "2-1": two large, one small. */
  readonly layout: string;
  /** Person → grid area: l1, l2, l3 or s1, s2, s3. */
  readonly places: ReadonlyMap<string, string>;
}

/**
 * The first of `people` is whom this page talks with. A shared screen takes the large place and all people are small
 * beside it, but for who signs: a screen must not hide an interpreter. Without a screen, who signs stands large
 * beside the first, and the others are small; with nobody signing, all are equal.
 */
export function arrange(people: readonly Shown[], screen: boolean): Arrangement {
  const signing = people.filter((person) => person.signs === true);
  const [first] = people;
  const large = screen
    ? signing
    : signing.length > 0
      ? people.filter((person) => person === first || person.signs === true)
      : people;
  const small = people.filter((person) => !large.includes(person));
  const from = screen ? 2 : 1;
  const places = new Map<string, string>();
  large.forEach((person, n) => places.set(person.id, `l${n + from}`));
  small.forEach((person, n) => places.set(person.id, `s${n + 1}`));
  return { layout: `${large.length + (screen ? 1 : 0)}-${small.length}`, places };
}

/** Who is shown larger than others, who signs first: their hands need the detail. Nobody where all are alike. */
export function largeOf(people: readonly Shown[], { places }: Arrangement): readonly string[] {
  const large = people.filter(({ id }) => places.get(id)?.startsWith("l") === true);
  if (large.length === people.length) return [];
  const signs = ({ signs }: Shown) => (signs === true ? 0 : 1);
  return [...large].sort((one, other) => signs(one) - signs(other)).map(({ id }) => id);
}
