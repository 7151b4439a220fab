// Made-up configuration files: as trees that remember how they are written, so that an edit changes one place and nothing else.
//
//   map     {kind: "map", style: "block" | "flow" | "lines", parts: [{key, quoted, value, above: [comment], behind: comment, blank}]}
//   list    the same, parts without keys; `offset` is how much deeper than its key the dashes stand
//   scalar  {kind: "scalar", text, style: "plain" | "single" | "double" | "literal" | "folded"}

const KEYS = ["model", "default", "temperature", "agent", "role", "roles", "max_iterations", "tools", "allow", "deny", "sandbox", "mode", "budget", "turn",
  "env", "url", "headers", "command", "args", "enabled", "prompt", "schedule", "deliver", "notes", "a b", "x.y", "key-with-dash", "größe", "on", "1"];
const WORDS = ["fast", "careful", "openai/gpt-5-mini", "acme/large", "read_file", "write_file", "https://mcp.example.com/v1", "always ask", "it's fine",
  "say \"hi\"", "a # b", "50%", "x: y", "- dash", "[list]", "{map}", "grüße", "日本", "🙂", "~", "null", "yes", "no", "off", "true", "1.10", "1.1", "007", "0x1f", "",
  " padded ", "*star", "&and", "!bang", "@at", "`tick", "C:\\path", "tab\there"];
const IDS = ["digest", "backup", "news", "weekly", "mail", "clean", "report", "sync"];

const needsQuotes = /^$|^[\s\-?:,[\]{}#&*!|>'"%@`~]|[\s:]$|: | #|\t|^(null|true|false|yes|no|on|off|y|n|~)$|^[-+.\d]/i;

let comments = 0;

// "shared" has an anchor, and "uses" is an alias of it.
export function withAnchor(random, doc) {
  if (doc.syntax !== "yaml" || doc.root.kind !== "map" || doc.root.style !== "block") return doc;
  const shared = part(random, "yaml", value(random, "yaml", 2), "shared");
  if (shared.value.kind === "scalar") shared.value = { kind: "scalar", text: "fast", style: "plain" };
  shared.anchor = "&base";
  const uses = part(random, "yaml", { kind: "scalar", text: "*base", style: "plain" }, "uses");
  doc.root.parts.splice(random.below(doc.root.parts.length + 1), 0, shared);
  doc.root.parts.push(uses);
  return doc;
}

export const clone = (tree) => JSON.parse(JSON.stringify(tree));

export function comment(random) {
  if (random.chance(0.1)) return random.pick(["# ---", "#", "# see the docs", "#no space"]);
  comments += 1;
  return `# ${random.pick(["why", "note", "see", "was", "max", "for: x"])} ${random.pick(["this", "'quoted'", "{braces}", "# twice", "that"])} ${comments % 100000}`;
}

export function restart() {
  comments = 0;
}

export function scalar(random, syntax) {
  const kind = random.below(10);
  if (kind < 2) return { kind: "scalar", text: String(random.below(200)), style: "plain" };
  if (kind === 2) return { kind: "scalar", text: random.pick(["0.5", "1.25", "-3.5", "100.5"]), style: "plain" };
  if (kind === 3) return { kind: "scalar", text: random.pick(["true", "false", "null"]), style: "plain" };
  if (syntax === "yaml") {
    if (kind === 4) return { kind: "scalar", text: random.pick(["1.10", "1.1", "0o17", "0x1F", "yes", "off", "~", "", "1e3", "2026-03-14"]), style: "plain" };
    if (kind === 5 && random.chance(0.6)) {
      const lines = Array.from({ length: 1 + random.below(3) }, () => random.pick(WORDS).trim() || "line");
      const style = random.pick(["literal", "folded"]);
      // ">+" with a blank line behind it is what kopi's two readers do not agree on.
      return { kind: "scalar", text: lines.join("\n") + "\n", style, chomp: random.pick(style === "literal" ? ["", "", "-", "+"] : ["", "-"]) };
    }
    if (kind === 6 && random.chance(0.3)) {
      return { kind: "scalar", text: Array.from({ length: 2 + random.below(5) }, () => random.pick(["many", "words", "on", "their", "lines"])).join(" "), style: "wrapped", quote: random.pick(["", "\"", "'"]) };
    }
  }
  return text(random, syntax, random.pick(WORDS));
}

export function text(random, syntax, value) {
  if (syntax === "json") return { kind: "scalar", text: value, style: "double" };
  const plain = !needsQuotes.test(value) && !/[,[\]{}?]/.test(value);
  return { kind: "scalar", text: value, style: random.pick(plain ? ["plain", "plain", "single", "double"] : ["single", "double"]) };
}

export function part(random, syntax, value, key) {
  const made = { value, above: [], blank: random.chance(0.12) };
  if (key !== undefined) Object.assign(made, { key, quoted: syntax === "yaml" && random.chance(0.06) });
  if (syntax === "yaml") {
    while (random.chance(0.22)) made.above.push(comment(random));
    if (random.chance(0.15)) made.behind = comment(random);
  }
  return made;
}

export function list(random, syntax, depth) {
  const made = { kind: "list", parts: [], style: "block", offset: random.pick([0, 2]) };
  const kind = random.below(3);
  const count = random.below(5);
  if (kind === 0) {
    const key = random.pick(["id", "id", "name"]);
    const ids = shuffled(random, IDS).slice(0, count);
    made.parts = ids.map((id) => part(random, syntax, record(random, syntax, depth, key, id)));
  } else {
    made.parts = Array.from({ length: count }, () => part(random, syntax, kind === 1 ? scalar(random, syntax) : value(random, syntax, depth + 1)));
  }
  return styled(random, syntax, made);
}

export function record(random, syntax, depth, key, id) {
  const made = map(random, syntax, depth + 1, 3);
  made.parts = made.parts.filter((each) => each.key !== key);
  const identity = part(random, syntax, text(random, syntax, id), key);
  made.parts.splice(random.chance(0.8) ? 0 : random.below(made.parts.length + 1), 0, identity);
  return made;
}

export function map(random, syntax, depth, most = 5) {
  const keys = shuffled(random, KEYS).slice(0, 1 + random.below(most));
  return styled(random, syntax, { kind: "map", style: "block", parts: keys.map((key) => part(random, syntax, value(random, syntax, depth + 1), key)) });
}

export function value(random, syntax, depth) {
  const kind = random.below(depth > 3 ? 4 : 9);
  if (kind < 4) return scalar(random, syntax);
  return kind < 6 ? list(random, syntax, depth) : map(random, syntax, depth);
}

export function styled(random, syntax, made) {
  const kind = random.below(syntax === "json" ? 6 : 9);
  made.style = kind === 0 ? "flow" : kind === 1 && syntax === "yaml" ? "lines" : syntax === "json" ? "lines" : "block";
  if (made.parts.length === 0) made.style = "flow";
  return made;
}

export function shuffled(random, all) {
  const left = [...all];
  for (let i = left.length - 1; i > 0; --i) {
    const j = random.below(i + 1);
    [left[i], left[j]] = [left[j], left[i]];
  }
  return left;
}

export function document(random, syntax) {
  const root = random.chance(0.04) ? list(random, syntax, 0) : map(random, syntax, 0, 8);
  root.style = syntax === "json" ? (random.chance(0.12) ? "flow" : "lines") : random.chance(0.04) || root.parts.length === 0 ? "flow" : "block";
  return {
    syntax,
    root,
    step: syntax === "json" ? random.pick(["  ", "  ", "    ", "\t"]) : random.pick(["  ", "  ", "    "]),
    newline: random.chance(0.12) ? "\r\n" : "\n",
    lastNewline: random.chance(0.92),
    mark: random.chance(0.03),
    head: syntax === "yaml" && random.chance(0.3) ? [comment(random), comment(random)] : [],
    tail: syntax === "yaml" && random.chance(0.15) ? [comment(random)] : [],
    tight: syntax === "json" && random.chance(0.08),
  };
}

// ---- writing ----

const escaped = (value) => JSON.stringify(value);

function written(node, inFlow) {
  const { text: value, style } = node;
  if (style === "wrapped") return node.quote + value + node.quote;
  if (style === "single" && !/[\n\t]/.test(value)) return `'${value.replace(/'/g, "''")}'`;
  if (style === "plain" && !(inFlow && (value === "" || /[,[\]{}]/.test(value)))) return value;
  return style === "plain" && value === "" ? "null" : escaped(value);
}

const isBlockText = (node) => node.kind === "scalar" && (node.style === "literal" || node.style === "folded");
const keyOf = (each, syntax) => (syntax === "json" || each.quoted || needsQuotes.test(each.key) ? escaped(each.key) : each.key);

function flow(node, syntax, tight) {
  if (node.kind === "scalar") return written(node, true);
  const parts = node.parts.map((each) => (node.kind === "map" ? `${keyOf(each, syntax)}:${tight ? "" : " "}` : "") + flow(each.value, syntax, tight));
  const inner = parts.join(tight ? "," : ", ");
  return node.kind === "map" ? `{${inner}}` : `[${inner}]`;
}

// A collection in brackets with each part on a line of its own. In YAML the closing bracket stands deeper than the key.
function flowLines(node, doc, indent, out) {
  const inner = indent + doc.step;
  out.text += node.kind === "map" ? "{" : "[";
  node.parts.forEach((each, i) => {
    const comma = i + 1 < node.parts.length ? "," : "";
    for (const above of each.above) out.text += doc.newline + inner + above;
    out.text += doc.newline + inner + (node.kind === "map" ? `${keyOf(each, doc.syntax)}: ` : "");
    if (each.value.kind !== "scalar" && each.value.style === "lines" && each.value.parts.length > 0) flowLines(each.value, doc, inner, out);
    else out.text += flow(each.value, doc.syntax);
    out.text += comma + (each.behind ? ` ${each.behind}` : "");
  });
  out.text += doc.newline + (doc.syntax === "yaml" ? inner : indent) + (node.kind === "map" ? "}" : "]");
}

function blockText(node, indent, doc, behind, out) {
  out.text += ` ${node.style === "literal" ? "|" : ">"}${node.chomp}${behind ? ` ${behind}` : ""}${doc.newline}`;
  for (const line of node.text.replace(/\n$/, "").split("\n")) out.text += (line ? indent + line : "") + doc.newline;
}

// The value behind "key:" or "-"; ends the line.
function behindKey(each, indent, doc, out, inList) {
  const { value: node, behind } = each;
  const trail = behind ? ` ${behind}` : "";
  if (each.anchor) out.text += ` ${each.anchor}`;
  if (node.kind === "scalar" && node.style === "wrapped") {
    const words = node.text.split(" ");
    out.text += ` ${node.quote}${words[0]}${doc.newline}${indent + doc.step}${words.slice(1).join(" ")}${node.quote}${trail}${doc.newline}`;
    return undefined;
  }
  if (isBlockText(node)) return blockText(node, indent + doc.step, doc, behind, out);
  if (node.kind !== "scalar" && node.style === "block" && node.parts.length > 0) {
    if (inList && node.kind === "map" && !behind && node.parts[0].above.length === 0 && !node.parts[0].blank) {
      out.text += " ";
      return block(node, indent + "  ", doc, out, true);
    }
    out.text += trail + doc.newline;
    const deeper = node.kind === "list" && !inList ? indent + " ".repeat(node.offset) : indent + (inList ? "  " : doc.step);
    return block(node, deeper, doc, out, false);
  }
  if (node.kind !== "scalar" && node.style === "lines" && node.parts.length > 0) {
    out.text += " ";
    flowLines(node, doc, indent, out);
  } else {
    const text_ = node.kind === "scalar" ? written(node, false) : flow(node, doc.syntax);
    // One of kopi's two readers takes no empty item in a list that stands in its key's column.
    out.text += text_ || !inList ? (text_ ? ` ${text_}` : "") : " ~";
  }
  out.text += trail + doc.newline;
}

function block(node, indent, doc, out, onLine) {
  node.parts.forEach((each, i) => {
    const inline = onLine && i === 0;
    if (!inline) {
      if (each.blank) out.text += doc.newline;
      for (const above of each.above) out.text += indent + above + doc.newline;
      out.text += indent;
    }
    out.text += node.kind === "map" ? `${keyOf(each, doc.syntax)}:` : "-";
    behindKey(each, indent, doc, out, node.kind === "list");
  });
}

export function write(doc) {
  const out = { text: doc.mark ? "\ufeff" : "" };
  for (const line of doc.head) out.text += line + doc.newline;
  if (doc.head.length > 0) out.text += doc.newline;
  if (doc.root.style === "block" && doc.root.parts.length > 0) {
    block(doc.root, "", doc, out, false);
  } else {
    if (doc.root.style === "lines") flowLines(doc.root, doc, "", out);
    else out.text += flow(doc.root, doc.syntax, doc.tight);
    out.text += doc.newline;
  }
  for (const line of doc.tail) out.text += line + doc.newline;
  // Readers do not agree on a last line without an end in a block of text.
  if (!doc.lastNewline && !/[|>][-+]?( #[^\n]*)?\r?\n/.test(out.text)) out.text = out.text.replace(/(\r?\n)+$/, "");
  return out.text;
}
