/** The guest page's words, with those of the member's parts that it uses. Both languages come with the page. */

import type { Language } from "../kit/i18n";
import kitEn from "../kit/words/en.json";
import kitEs from "../kit/words/es.json";
import { useWords } from "../kit/ui/words";
import memberEn from "../member/en.json";
import memberEs from "../member/es.json";
import en from "./en.json";
import es from "./es.json";

export type GuestCatalog = typeof kitEn & typeof memberEn & typeof en;

const CATALOGS: Readonly<Record<Language, GuestCatalog>> = {
  en: { ...kitEn, ...memberEn, ...en },
  es: { ...kitEs, ...memberEs, ...es },
};

export function loadWords(language: Language): Promise<GuestCatalog> {
  return Promise.resolve(CATALOGS[language]);
}

export function useGuestWords() {
  return useWords<GuestCatalog>();
}
