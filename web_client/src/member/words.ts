/** The member page's words: both languages are small and come with the page, so that a switch is instant. */

import type { Language } from "../kit/i18n";
import kitEn from "../kit/words/en.json";
import kitEs from "../kit/words/es.json";
import { useWords } from "../kit/ui/words";
import en from "./en.json";
import es from "./es.json";

export type MemberCatalog = typeof kitEn & typeof en;

const CATALOGS: Readonly<Record<Language, MemberCatalog>> = { en: { ...kitEn, ...en }, es: { ...kitEs, ...es } };

export function loadWords(language: Language): Promise<MemberCatalog> {
  return Promise.resolve(CATALOGS[language]);
}

export function useMemberWords() {
  return useWords<MemberCatalog>();
}
