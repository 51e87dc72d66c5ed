import { Refused } from "../kit/refusal";
import type { Language, Words } from "../kit/i18n";
import type { StaffCatalog } from "../kit/staff/words";
import { useWords } from "../kit/ui";
import type en from "./en.json";

export type ClinicianCatalog = StaffCatalog & typeof en;
export type T = Words<ClinicianCatalog>;

export function useT(): T {
  return useWords<ClinicianCatalog>();
}

export async function load(language: Language): Promise<ClinicianCatalog> {
  const parts =
    language === "es"
      ? [import("../kit/words/es.json"), import("../kit/staff/words/es.json"), import("./es.json")]
      : [import("../kit/words/en.json"), import("../kit/staff/words/en.json"), import("./en.json")];
  const loaded = await Promise.all(parts);
  return Object.assign({}, ...loaded.map((part) => part.default)) as ClinicianCatalog;
}

/** What went wrong, in a sentence for the clinician. `holes` fill what the code alone does not say. */
export function refusalSentence(error: unknown, t: T, holes: Readonly<Record<string, string>> = {}): string {
  if (!(error instanceof Refused)) return t("kit.unknown_error");
  if (error.code === "no_answer") return t("kit.no_answer");
  const state = String(error.detail["state"] ?? "");
  const filled = { ...holes, state: t.code(`staff.state.${state}`, state) };
  const otherwise = error.sentence === "" ? t("kit.unknown_error") : error.sentence;
  return t.code(`clinician.refused.${error.code}`, t.code(`staff.refused.${error.code}`, otherwise, filled), filled);
}
