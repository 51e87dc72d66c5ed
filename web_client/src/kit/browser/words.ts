/** Words about the browser itself. Apart from the pages' own, so that only who needs them loads them. */

import { useMemo } from "preact/hooks";

import { type Language, type Words, wordsFrom } from "../i18n";
import { useWords } from "../ui/words";
import en from "./words/en.json";
import es from "./words/es.json";

export type BrowserCatalog = typeof en;

const CATALOGS: Readonly<Record<Language, BrowserCatalog>> = { en, es };

export function useBrowserWords(): Words<BrowserCatalog> {
  const { language } = useWords();
  return useMemo(() => wordsFrom(language, CATALOGS[language]), [language]);
}
