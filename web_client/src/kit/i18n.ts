/**
 * Words of a page in the reader's language.
 *
 * A catalog is flat JSON: key → sentence with `{name}` holes, or an object of plural forms chosen by `{count}`
 * (Intl.PluralRules). Keys are typed from the English catalog; a test keeps the languages at parity.
 */

export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Plural = { readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>;
export type Catalog = { readonly [key: string]: string | Plural };
export type Holes = { readonly [name: string]: string | number };

export interface Words<C> {
  readonly language: Language;
  /** The sentence for a key this page is known to have. */
  (key: keyof C & string, holes?: Holes): string;
  /** The sentence for a code that came from the server; `otherwise` when the page does not know it. */
  code(key: string, otherwise: string, holes?: Holes): string;
}

export function wordsFrom<C extends Catalog>(language: Language, catalog: C): Words<C> {
  // Made when first needed: on an old phone the two cost a tenth of a second, and few sentences count anything.
  let plurals: Intl.PluralRules | undefined;
  let numbers: Intl.NumberFormat | undefined;
  const form = (count: number) => (plurals ??= new Intl.PluralRules(language)).select(count);
  const written = (value: number) => (numbers ??= new Intl.NumberFormat(language)).format(value);
  const say = (entry: string | Plural, holes: Holes): string => {
    const count = holes["count"];
    const sentence =
      typeof entry === "string" ? entry : (entry[form(Number(count ?? 0))] ?? entry.other);
    return sentence.replace(/\{(\w+)\}(\.?)/g, (hole, name: string, stop: string) => {
      const value = holes[name];
      if (value === undefined) return hole;
      if (typeof value === "number") return written(value) + stop;
      // “Ana R.” at the end of a sentence brings its own full stop.
      return value.endsWith(".") ? value : value + stop;
    });
  };
  const words = (key: keyof C & string, holes: Holes = {}): string => {
    const entry: string | Plural | undefined = catalog[key];
    return entry === undefined ? key : say(entry, holes);
  };
  const code = (key: string, otherwise: string, holes: Holes = {}): string => {
    const entry = Object.prototype.hasOwnProperty.call(catalog, key) ? catalog[key] : undefined;
    return entry === undefined ? otherwise : say(entry, holes);
  };
  return Object.assign(words, { language, code });
}

const REMEMBERED = "videovisit.language";

/** `?lang=`, then what was chosen here before, then the browser's list, then English. */
export function preferredLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  for (const wish of [asked, remembered(), ...navigator.languages]) {
    const short = wish?.slice(0, 2).toLowerCase();
    const known = LANGUAGES.find((language) => language === short);
    if (known !== undefined) return known;
  }
  return "en";
}

/** Keep the choice for this browser and tell assistive technology what language the page speaks. */
export function speak(language: Language, remember = false): void {
  document.documentElement.lang = language;
  document.documentElement.dir = "ltr";
  if (!remember) return;
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // Storage may be blocked; the choice then lasts for this page.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}
