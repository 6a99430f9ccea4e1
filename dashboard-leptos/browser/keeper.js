// What strangers do to the page while it works: translations, extensions and scripts that replace nodes of the page.

/** How often a node is put back. Whoever removes it more often gets it removed. */
const MAX_RETURNS = 3;

/**
 * Keeps the nodes that the module works with in the document. All changes of the document go through one observer; those that happen
 * while the module runs (between `enter` and `leave`) are the module's, all others are strangers'.
 *
 * An element that a stranger removes is put back. A text that a stranger replaces, as translations do, is put back empty beside its
 * replacement; when the module changes the text, the replacement goes, and the text is shown again.
 */
export class Keeper {
  #container;
  #observer = new MutationObserver((records) => this.#repair(records));
  /** Nodes that strangers have added. */
  #foreign = new WeakSet();
  /** How often a node was put back. */
  #returns = new WeakMap();
  /** The replacement in which a text or an added node takes part. */
  #replacements = new WeakMap();

  /** Watches over a container that is part of the document. */
  watch(container) {
    this.#container = container;
    const all = { childList: true, characterData: true, characterDataOldValue: true, subtree: true };
    this.#observer.observe(document.documentElement, all);
  }

  /** Stops watching. */
  rest() {
    this.#container = undefined;
    this.#observer.disconnect();
  }

  /** The module begins to run: all changes until now are strangers'. */
  enter() {
    this.#repair(this.#observer.takeRecords());
  }

  /** The module has run: all changes meanwhile are its own. */
  leave() {
    for (const { target, type, removedNodes } of this.#observer.takeRecords()) {
      if (type === "characterData") this.#reveal(target, target);
      for (const node of removedNodes) this.#reveal(node);
    }
    this.#observer.takeRecords();
  }

  #repair(records) {
    const container = this.#container;
    if (!container || records.length === 0) return;
    if (!container.isConnected) {
      const copy = document.getElementById(container.id);
      if (this.#mayReturn(container)) copy ? copy.replaceWith(container) : document.body.prepend(container);
    }
    const added = this.#additions(records);
    // From the last change to the first: each change is taken back in the state of the document that the change left behind.
    for (const record of [...records].reverse()) {
      if (!this.#isWithin(record.target)) continue;
      const { type, target, oldValue } = record;
      const parent = type === "childList" ? target : target.parentNode;
      const standIns = (added.get(parent) ?? []).filter((node) => node.isConnected);
      if (type === "childList") this.#putBack(record, standIns);
      else if (standIns.length > 0) this.#replace(target, oldValue, standIns);
    }
    this.#observer.takeRecords();
  }

  /** Returns the nodes that strangers have added, by the parent of the nodes. */
  #additions(records) {
    const moved = new Set();
    const added = new Map();
    for (const { target, removedNodes, addedNodes } of records) {
      for (const node of removedNodes) if (!this.#foreign.has(node)) moved.add(node);
      for (const node of addedNodes) {
        if (moved.has(node) || this.#replacements.get(node)?.texts.has(node)) continue;
        this.#foreign.add(node);
        added.set(target, [...(added.get(target) ?? []), node]);
      }
    }
    return added;
  }

  #putBack({ target, removedNodes, addedNodes, previousSibling, nextSibling }, standIns) {
    const lost = [...removedNodes].filter((node) => !node.isConnected && !this.#foreign.has(node));
    // A stranger that takes a replacement away wants the text back.
    for (const node of removedNodes) if (this.#foreign.has(node) && !node.isConnected) this.#reveal(node);
    const are = (type) => lost.some((node) => node.nodeType === type);
    const hasElements = are(Node.ELEMENT_NODE);
    // A text that a stranger takes away without a replacement stays away.
    if (!hasElements && !are(Node.COMMENT_NODE) && standIns.length === 0) return;
    const returning = lost.filter((node) => this.#mayReturn(node));
    const isHere = (node) => node?.parentNode === target;
    const place = isHere(nextSibling) ? nextSibling : isHere(previousSibling) ? previousSibling.nextSibling : null;
    for (const node of returning) {
      target.insertBefore(node, place);
      const isReplaced = !hasElements && node.nodeType === Node.TEXT_NODE && node.data;
      if (isReplaced && standIns.length > 0) this.#replace(node, node.data, standIns);
    }
    // What came instead of elements is a copy of them.
    if (hasElements && returning.length > 0) for (const node of addedNodes) if (this.#foreign.has(node)) node.remove();
  }

  /** Notes that `standIns` are shown instead of a text. */
  #replace(text, words, standIns) {
    const known = [text, ...standIns].map((node) => this.#replacements.get(node)).find(Boolean);
    const replacement = known ?? { texts: new Map(), standIns: new Set() };
    if (!replacement.texts.has(text)) replacement.texts.set(text, words);
    for (const node of standIns) replacement.standIns.add(node);
    for (const node of [text, ...standIns]) this.#replacements.set(node, replacement);
    if (text.data === words) text.data = "";
  }

  /** Takes the replacement away in which a node takes part. Its texts show their words again, except for one with new words. */
  #reveal(node, changed) {
    const replacement = this.#replacements.get(node);
    if (!replacement) return;
    for (const [text, words] of replacement.texts) {
      this.#replacements.delete(text);
      if (text !== changed) text.data = words;
    }
    for (const standIn of replacement.standIns) {
      this.#replacements.delete(standIn);
      standIn.remove();
    }
  }

  #mayReturn(node) {
    const returns = (this.#returns.get(node) ?? 0) + 1;
    this.#returns.set(node, returns);
    return returns <= MAX_RETURNS;
  }

  /** Returns whether a node is in the container, and no stranger's. */
  #isWithin(node) {
    for (let one = node; one; one = one.parentNode) {
      if (this.#foreign.has(one)) return false;
      if (one === this.#container) return true;
    }
    return false;
  }
}
