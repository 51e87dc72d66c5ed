/** Who is signed in. The session itself is a cookie this page cannot read. */

import { getJson, postJson } from "../http";
import { isObject, type JsonObject } from "../json";
import { Refused } from "../refusal";

export interface Clinic {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly phone: string;
}

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly clinics: readonly Clinic[];
  /** Visits can be recorded here. */
  readonly recording: boolean;
}

/** null when nobody is signed in here. */
export async function whoAmI(): Promise<Me | null> {
  try {
    return readMe(await getJson("/api/staff/me"));
  } catch (error) {
    if (error instanceof Refused && error.code === "not_signed_in") return null;
    throw error;
  }
}

export async function signIn(user: string, password: string): Promise<void> {
  await postJson("/api/staff/sign-in", { user, password });
}

export async function signOut(): Promise<void> {
  await postJson("/api/staff/sign-out");
}

export function readMe(body: JsonObject): Me {
  const clinics = Array.isArray(body["clinics"]) ? body["clinics"] : [];
  const roles = Array.isArray(body["roles"]) ? body["roles"] : [];
  return {
    id: String(body["id"] ?? ""),
    name: [body["name"], body["credentials"]].filter((part) => typeof part === "string" && part !== "").join(", "),
    roles: roles.filter((role) => typeof role === "string"),
    recording: body["recording"] === true,
    clinics: clinics.filter(isObject).map((clinic) => ({
      id: String(clinic["id"] ?? ""),
      name: String(clinic["name"] ?? ""),
      zone: String(clinic["tz"] ?? "UTC"),
      phone: String(clinic["phone"] ?? ""),
    })),
  };
}

/** The clinic of a row; a stand-in in UTC when the directory does not name it. */
export function clinicOf(me: Me, id: string): Clinic {
  return me.clinics.find((clinic) => clinic.id === id) ?? { id, name: id, zone: "UTC", phone: "" };
}
