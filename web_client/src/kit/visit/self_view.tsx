/**
 * One's own picture in a corner of the stage: dragged there, or moved by a button or the arrow keys (WCAG 2.5.7), and
 * hidden when it is in the way. Hidden here is not off: a sentence says so.
 */

import type { ComponentChildren, JSX } from "preact";
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
  const drag = useDrag(move);
  const place = `corner corner-${corner}`;
  if (hidden) {
    return (
      <div class={place}>
        <ShowButton />
      </div>
    );
  }
  return (
    <div class={place} role="group" aria-label={t("self.name")} {...drag}>
      <div class={`corner-picture ${extra}`}>{children}</div>
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

/** A press that moves less is a press. */
const DRAG_FROM_PX = 8;

/** Follows the pointer while it is held, and drops into the nearest corner of its stage. Buttons in it stay buttons. */
function useDrag(onDrop: (corner: Corner) => void) {
  const dragged = useRef(false);
  return {
    onPointerDown: (event: JSX.TargetedPointerEvent<HTMLDivElement>) => {
      dragged.current = false;
      if (event.button !== 0) return;
      const [picture, stage] = [event.currentTarget, event.currentTarget.offsetParent];
      const from = { x: event.clientX, y: event.clientY };
      const heard = new AbortController();
      const letGo = () => {
        heard.abort();
        picture.style.transform = "";
      };
      // Of the document: a quick pointer is outside of the picture before it has moved at all.
      const hear = (name: "pointermove" | "pointerup" | "pointercancel", listener: (event: PointerEvent) => void) =>
        document.addEventListener(name, listener, { signal: heard.signal });
      hear("pointermove", ({ clientX, clientY }) => {
        const [x, y] = [clientX - from.x, clientY - from.y];
        dragged.current ||= Math.hypot(x, y) >= DRAG_FROM_PX;
        if (dragged.current) picture.style.transform = `translate(${x}px, ${y}px)`;
      });
      hear("pointerup", () => {
        const corner = stage && nearestCorner(picture.getBoundingClientRect(), stage.getBoundingClientRect());
        letGo();
        if (dragged.current && corner !== null && corner !== placement.get().corner) onDrop(corner);
      });
      hear("pointercancel", letGo);
    },
    // What was dragged was not pressed.
    onClickCapture: (event: JSX.TargetedMouseEvent<HTMLDivElement>) => {
      if (dragged.current && event.detail > 0) event.stopPropagation();
    },
  };
}
