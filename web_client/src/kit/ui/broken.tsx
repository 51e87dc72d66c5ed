/** The net under a page: a mistake of ours in one component must not leave a white screen in the middle of a visit. */

import { Component, type ComponentChildren } from "preact";

import { Button } from "./button";
import { useWords } from "./words";

export class Broken extends Component<{ readonly children: ComponentChildren }, { readonly broken: boolean }> {
  override state = { broken: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ broken: true });
  }

  override render() {
    return this.state.broken ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const t = useWords();
  return (
    <main class="page-narrow stack" role="alert">
      <h1>{t("kit.broken.title")}</h1>
      <p>{t("kit.broken.how")}</p>
      <Button kind="primary" onClick={() => location.reload()}>
        {t("kit.broken.reload")}
      </Button>
    </main>
  );
}
