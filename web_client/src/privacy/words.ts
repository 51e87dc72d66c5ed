import type { Language, Words } from "../kit/i18n";
import type { StaffCatalog } from "../kit/staff/words";
import { useWords } from "../kit/ui";
import type en from "./en.json";

export type PrivacyCatalog = StaffCatalog & typeof en;

export function useT(): Words<PrivacyCatalog> {
  return useWords<PrivacyCatalog>();
}

export async function load(language: Language): Promise<PrivacyCatalog> {
  const parts =
    language === "es"
      ? [import("../kit/words/es.json"), import("../kit/staff/words/es.json"), import("./es.json")]
      : [import("../kit/words/en.json"), import("../kit/staff/words/en.json"), import("./en.json")];
  const loaded = await Promise.all(parts);
  return Object.assign({}, ...loaded.map((part) => part.default)) as PrivacyCatalog;
}
