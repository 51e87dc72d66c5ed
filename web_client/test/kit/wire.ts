/** A wire in memory: what the page sends is kept, what the server says is said by the test. */

import type { Wire } from "../../src/kit/socket";

type Listener = (...args: unknown[]) => void;

export interface Sent {
  readonly event: string;
  readonly payload: Record<string, unknown>;
  answer(body: unknown): void;
  lose(): void;
}

export class MemoryWire implements Wire {
  connected = false;
  connects = 0;
  readonly sent: Sent[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();

  on(event: string, listener: (...args: never[]) => void): void {
    const known = this.listeners.get(event) ?? new Set();
    known.add(listener as Listener);
    this.listeners.set(event, known);
  }

  off(event: string, listener: (...args: never[]) => void): void {
    this.listeners.get(event)?.delete(listener as Listener);
  }

  connect(): void {
    this.connects += 1;
    this.connected = true;
    this.say("connect");
  }

  disconnect(): void {
    this.connected = false;
    this.say("disconnect", "io client disconnect");
  }

  say(event: string, ...args: unknown[]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(...args);
  }

  timeout(_ms: number) {
    return {
      emitWithAck: (event: string, payload: unknown) =>
        new Promise<unknown>((resolve, reject) => {
          this.sent.push({
            event,
            payload: payload as Record<string, unknown>,
            answer: resolve,
            lose: () => reject(new Error("operation has timed out")),
          });
        }),
    };
  }
}

/** Lets promises that are ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
