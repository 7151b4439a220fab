// What a merge of three files must mean, and whether a merged file kept what it must keep. It reads with the npm package "yaml" and knows
// nothing of how kopi merges: it goes by what each path holds in the three, and by the comments that a lexer finds.

import { createRequire } from "node:module";

const YAML = createRequire(process.env.KOPI_CORPUS_MODULES)("yaml");
const ABSENT = undefined;

// ---- reading ----

/** A document as plain data: Map, Array, or a string that says what a scalar is and how a number is spelled. */
export function read(source) {
  const doc = YAML.parseDocument(source.replace(/^\ufeff/, ""), { version: "1.2", schema: "core", uniqueKeys: true, merge: false });
  if (doc.errors.length > 0) return { errors: doc.errors.map((each) => each.message) };
  try {
    return { data: doc.contents === null ? "null" : data(doc.contents, doc) };
  } catch (problem) {  // an alias to nothing
    return { errors: [problem.message] };
  }
}

function data(node, doc) {
  if (node === null) return "null";
  if (YAML.isAlias(node)) {
    const target = node.resolve(doc);
    if (!target) throw new Error(`alias to unknown anchor ${node.source}`);
    return data(target, doc);
  }
  if (YAML.isMap(node)) return new Map(node.items.map((pair) => [keyText(pair.key), data(pair.value, doc)]));
  if (YAML.isSeq(node)) return node.items.map((item) => data(item, doc));
  if (node.type !== "PLAIN") return `text ${node.value}`;
  if (node.value === null) return "null";
  if (typeof node.value === "string") return `${/^(yes|no|on|off)$/i.test(node.value) ? "switch" : "text"} ${node.value}`;
  return `${typeof node.value} ${typeof node.value === "number" ? node.source : node.value}`;
}

const keyText = (key) => (key.source !== undefined && key.type === "PLAIN" ? key.source : String(key.value));

export function comments(source) {
  const found = new Map();
  for (const token of new YAML.Lexer().lex(source)) {
    if (!token.startsWith("#")) continue;
    const text = token.trim();
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return found;
}

// ---- what the merge must be ----

const isMap = (node) => node instanceof Map;
const isList = (node) => Array.isArray(node);

export function same(a, b) {
  if (isMap(a) && isMap(b)) return a.size === b.size && [...a].every(([key, member]) => b.has(key) && same(member, b.get(key)));
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  return a === b;
}

const named = (key) => (key === "" || key === "$" || /[.[\]="'\\ \t\r\n]/.test(key) ? JSON.stringify(key) : key);
const identity = (item, key) => item.get(key).slice(item.get(key).indexOf(" ") + 1);

function identifies(lists, key) {
  return lists.every((items) => {
    if (!items.every((item) => isMap(item) && typeof item.get(key) === "string" && item.get(key) !== "null")) return false;
    return new Set(items.map((item) => identity(item, key))).size === items.length;
  });
}

/** Fills `clashes` with the paths that both changed; of two values the side `favor` wins. */
export function merged(base, ours, theirs, path, clashes, favor) {
  if (same(theirs, base)) return ours;
  if (same(ours, base)) return theirs;
  if (same(ours, theirs)) return ours;
  const clash = () => {
    clashes.push({ path, base, ours, theirs });
    return favor === "theirs" ? theirs : ours;
  };
  if (isMap(ours) && isMap(theirs)) {
    const was = isMap(base) ? base : new Map();
    const result = new Map();
    for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
      const value = merged(was.get(key), ours.get(key), theirs.get(key), path ? `${path}.${named(key)}` : named(key), clashes, favor);
      if (value !== ABSENT) result.set(key, value);
    }
    return result;
  }
  if (isList(ours) && isList(theirs)) {
    const lists = isList(base) ? [base, ours, theirs] : [ours, theirs];
    const key = ["id", "name"].find((each) => identifies(lists, each));
    if (key) return mergedRecords(isList(base) ? base : null, ours, theirs, key, path, clashes, favor, clash);
  }
  return clash();
}

function mergedRecords(base, ours, theirs, key, path, clashes, favor, clash) {
  const by = (items) => new Map((items ?? []).map((item) => [identity(item, key), item]));
  const [was, mine, other] = [by(base), by(ours), by(theirs)];
  const result = new Map();
  for (const id of new Set([...mine.keys(), ...other.keys()])) {
    const item = merged(was.get(id), mine.get(id), other.get(id), `${path}[${key}=${named(id)}]`, clashes, favor);
    if (item !== ABSENT) result.set(id, item);
  }
  // Order: whoever alone moved the records that all have decides; if both did, it is a clash.
  const everywhere = (ids) => ids.filter((id) => mine.has(id) && other.has(id) && (base === null || was.has(id))).join("\0");
  const [before, here, there] = [base === null ? null : everywhere([...was.keys()]), everywhere([...mine.keys()]), everywhere([...other.keys()])];
  let leads = mine;
  if (here !== there && there !== before) {
    if (here === before) leads = other;
    else {
      clash();
      if (favor === "theirs") leads = other;
    }
  }
  const follows = leads === mine ? other : mine;
  const order = [...leads.keys()].filter((id) => result.has(id));
  let previous = null;
  for (const id of follows.keys()) {
    if (!result.has(id)) continue;
    if (!leads.has(id)) order.splice(previous === null ? order.findIndex((each) => leads.has(each)) + (order.some((each) => leads.has(each)) ? 0 : order.length + 1) : order.indexOf(previous) + 1, 0, id);
    previous = id;
  }
  return order.map((id) => result.get(id));
}

// ---- what must be kept, path by path, whatever the merge was meant to be ----

/** Every path of a document with what it holds; records of lists by their id where `keyed` says so. */
export function leaves(node, path = "", found = new Map()) {
  const isRecords = isList(node) && node.length > 0 && ["id", "name"].find((key) => identifies([node], key));
  if (isMap(node) && node.size > 0) {
    for (const [key, member] of node) leaves(member, path ? `${path}.${named(key)}` : named(key), found);
  } else if (isRecords) {
    for (const item of node) leaves(item, `${path}[${isRecords}=${named(identity(item, isRecords))}]`, found);
  } else {
    found.set(path, node);
  }
  return found;
}

export const isBelow = (path, ancestor) =>
  ancestor === "" || path === ancestor || (path.startsWith(ancestor) && (path[ancestor.length] === "." || path[ancestor.length] === "["));
