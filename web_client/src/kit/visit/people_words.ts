/** Words about the people of a visit. Both languages come with the screens that use them, so that a switch is instant. */

import { type Language, type Words, wordsFrom } from "../i18n";
import { useWords } from "../ui/words";
import type { Guest } from "./guests";
import en from "./people.en.json";
import es from "./people.es.json";

export type PeopleWords = Words<typeof en>;

const WORDS: Readonly<Record<Language, PeopleWords>> = { en: wordsFrom("en", en), es: wordsFrom("es", es) };

export function usePeopleWords(): PeopleWords {
  return WORDS[useWords().language];
}

/** “Interpreter”, “Sign language interpreter”, “Family or friend”. */
export function roleWords(guest: Guest, t: PeopleWords): string {
  return t(guest.signs ? "people.role.signs" : `people.role.${guest.kind}`);
}
