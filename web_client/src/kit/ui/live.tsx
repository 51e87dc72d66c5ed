/** One live region per page and a way to speak through it. */

import { useEffect, useState } from "preact/hooks";

import { Store } from "../store";
import { useStore } from "./use";

interface Said {
  readonly text: string;
  readonly turn: number;
}

const polite = new Store<Said>({ text: "", turn: 0 });
const urgent = new Store<Said>({ text: "", turn: 0 });

/** Says a sentence to screen readers. Use for changes the eye sees by itself; not each second. */
export function announce(text: string, how: "polite" | "urgent" = "polite"): void {
  (how === "polite" ? polite : urgent).update((said) => ({ text, turn: said.turn + 1 }));
}

/** Place once, near the root of the page. */
export function LiveRegion() {
  return (
    <>
      <Region said={useStore(polite)} role="status" />
      <Region said={useStore(urgent)} role="alert" />
    </>
  );
}

function Region({ said, role }: { readonly said: Said; readonly role: "status" | "alert" }) {
  const [text, setText] = useState("");
  useEffect(() => {
    // Emptied first, so that the same sentence twice is spoken twice.
    setText("");
    const timer = setTimeout(() => setText(said.text), 50);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class="unseen" role={role}>
      {text}
    </div>
  );
}
