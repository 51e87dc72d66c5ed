/** Words of what people do together in a visit; both pages say the same, so they are kept here once. */

import { useMemo } from "preact/hooks";

import { type Language, type Words, wordsFrom } from "../i18n";
import { useWords } from "../ui/words";
import en from "./words/en.json";
import es from "./words/es.json";

export type VisitCatalog = typeof en;

const CATALOGS: Readonly<Record<Language, VisitCatalog>> = { en, es };

export function useVisitWords(): Words<VisitCatalog> {
  const { language } = useWords();
  return useMemo(() => wordsFrom(language, CATALOGS[language]), [language]);
}
