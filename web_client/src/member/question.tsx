/** What the screens that ask a question share: sending an answer, and a sentence when it was not saved. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import { Refused } from "../kit/refusal";
import type { Line } from "../kit/socket";
import { Banner } from "../kit/ui/banner";
import type { Session } from "./session";
import type { MemberView } from "./view";
import { useMemberWords } from "./words";

export interface QuestionProps {
  readonly session: Session;
  readonly view: MemberView;
  readonly above?: ComponentChildren;
  readonly onDone: () => void;
}

export interface Sending {
  readonly busy: boolean;
  /** The code of the refusal; null while all is well. */
  readonly refused: string | null;
  /** Resolves to true once the server has it. */
  readonly send: (type: string, fields?: JsonObject) => Promise<boolean>;
}

export function useSending(session: { readonly line: Line }): Sending {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const send = async (type: string, fields: JsonObject = {}) => {
    if (busy) return false;
    setBusy(true);
    setRefused(null);
    try {
      await session.line.command(type, fields);
      return true;
    } catch (error) {
      setRefused(error instanceof Refused ? error.code : "failed");
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, send };
}

export function Unsent({ sending }: { readonly sending: Sending }) {
  const t = useMemberWords();
  if (sending.refused === null) return null;
  return (
    <Banner tone="warn" live="assertive">
      {t("unsent")}
    </Banner>
  );
}
