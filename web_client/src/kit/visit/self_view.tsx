/**
 * One's own picture in a corner of the stage: dragged there, or moved by a button or the arrow keys (WCAG 2.5.7), and
 * hidden when it is in the way. Hidden here is not off: a sentence says so.
 */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

import { Button } from "../ui/button";
import { announce } from "../ui/live";
import { useStore } from "../ui/use";
import { type Corner, cornerAfter, cornerBy, hide, moveTo, nearestCorner, placement } from "./placement";
import { useVisitWords } from "./words";

export interface SelfCornerProps {
  /** The picture, or why there is none. */
  readonly children: ComponentChildren;
  /** A button that stays in sight below the picture: turning the camera round. */
  readonly below?: ComponentChildren;
  readonly class?: string;
}

export function SelfCorner({ children, below, class: extra = "" }: SelfCornerProps) {
  const t = useVisitWords();
  const { corner, hidden } = useStore(placement);
  const move = useMove();
  const place = `corner corner-${corner}`;
  if (hidden) {
    return (
      <div class={place}>
        <ShowButton />
      </div>
    );
  }
  return (
    <div class={place} role="group" aria-label={t("self.name")}>
      <Draggable class={extra} onDrop={move}>
        {children}
      </Draggable>
      <div class="corner-tools">
        <button
          type="button"
          class="button corner-tool"
          aria-label={t("self.move")}
          onClick={() => move(cornerAfter(corner))}
          onKeyDown={(event) => {
            const next = cornerBy(corner, event.key);
            if (!event.key.startsWith("Arrow")) return;
            event.preventDefault();
            move(next);
          }}
        >
          {t("self.move.short")}
        </button>
        <HideButton class="corner-tool" short />
      </div>
      {below}
    </div>
  );
}

/** The same by plain controls, for the panel. */
export function SelfPlacement() {
  const t = useVisitWords();
  const { corner, hidden } = useStore(placement);
  const move = useMove();
  return (
    <>
      <Button onClick={() => move(cornerAfter(corner))} unavailable={hidden}>
        {t("self.move")}
      </Button>
      {hidden ? <ShowButton /> : <HideButton />}
    </>
  );
}

function ShowButton() {
  const t = useVisitWords();
  return (
    <Button
      class="corner-show"
      onClick={() => {
        hide(false);
        announce(t("self.shown"));
      }}
    >
      {t("self.show")}
    </Button>
  );
}

function HideButton({ class: extra, short = false }: { readonly class?: string; readonly short?: boolean }) {
  const t = useVisitWords();
  return (
    <Button
      {...(extra === undefined ? {} : { class: extra })}
      {...(short ? { label: t("self.hide") } : {})}
      onClick={() => {
        hide(true);
        announce(t("self.hidden"));
      }}
    >
      {t(short ? "self.hide.short" : "self.hide")}
    </Button>
  );
}

/** Moves the picture and says where it is now. */
function useMove(): (corner: Corner) => void {
  const t = useVisitWords();
  return (corner) => {
    moveTo(corner);
    announce(t("self.moved", { corner: t(`self.corner.${corner}`) }));
  };
}

/** Follows the pointer while it is held, and drops into the nearest corner of its stage. */
function Draggable({ class: extra, onDrop, children }: {
  readonly class: string;
  readonly onDrop: (corner: Corner) => void;
  readonly children: ComponentChildren;
}) {
  const from = useRef<{ readonly x: number; readonly y: number } | null>(null);
  return (
    <div
      class={`corner-picture ${extra}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        from.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (from.current === null) return;
        const x = event.clientX - from.current.x;
        const y = event.clientY - from.current.y;
        event.currentTarget.style.transform = `translate(${x}px, ${y}px)`;
      }}
      onPointerUp={(event) => {
        const picture = event.currentTarget;
        const stage = picture.parentElement?.offsetParent;
        const moved = from.current !== null && picture.style.transform !== "";
        const corner = moved && stage ? nearestCorner(picture.getBoundingClientRect(), stage.getBoundingClientRect()) : null;
        from.current = null;
        picture.style.transform = "";
        if (corner !== null && corner !== placement.get().corner) onDrop(corner);
      }}
      onPointerCancel={(event) => {
        from.current = null;
        event.currentTarget.style.transform = "";
      }}
    >
      {children}
    </div>
  );
}
