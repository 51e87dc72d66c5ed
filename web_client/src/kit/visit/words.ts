/** Words of what both visit screens share. Both languages come with the screens, so that a switch is instant. */

import { type Language, type Words, wordsFrom } from "../i18n";
import { useWords } from "../ui/words";
import en from "./words/en.json";
import es from "./words/es.json";

export type VisitCatalog = typeof en;
export type VisitWords = Words<VisitCatalog>;

const WORDS: Readonly<Record<Language, VisitWords>> = { en: wordsFrom("en", en), es: wordsFrom("es", es) };

export function useVisitWords(): VisitWords {
  return WORDS[useWords().language];
}
