// Holds kopi's merge against the oracle: corpus.mjs DRIVER yaml|json COUNT SEED.
//
// Every triple comes from its seed alone. Prints totals; a violation prints its seed and the three texts, and the run exits 1.
//
//   lost            a value that the user set or deleted is not so in the live file
//   unreported      a value that the author set or deleted is not in the live file, and in no report
//   meaning         the live file means something else than the merge must mean
//   report          the conflicts that are named are not those that there are
//   unparsable, duplicate keys, comment lost, line lost
//
// A conflict of the whole file (nothing is taken, and it is said) is allowed where the data could be merged, and counted.

import { spawn } from "node:child_process";

import { document, restart, withAnchor, write } from "./documents.mjs";
import { edited } from "./edits.mjs";
import { comments, isBelow, leaves, merged, read, same } from "./oracle.mjs";
import { Random } from "./random.mjs";

const [program, syntax, countText, seedText] = process.argv.slice(2);
const count = Number(countText);
const first = Number(seedText);

function triple(seed) {
  const random = new Random(seed);
  restart();
  const base = document(random, syntax);
  if (random.chance(0.05)) withAnchor(random, base);
  let calls = 0;
  const shared = () => () => new Random(seed * 31 + 7 + (calls++ % 3));
  calls = 0;
  const ours = edited(random, base, shared());
  calls = 0;
  const theirs = edited(random, base, shared());
  const favor = random.chance(0.12) ? random.pick(["ours", "theirs"]) : "none";
  const noBase = random.chance(0.05);
  const texts = [base, ours, theirs].map(write);
  // An edit may have taken the anchor from its alias.
  const [ours_, theirs_] = [texts[1], texts[2]].map((text) => (read(text).errors ? texts[0] : text));
  return { seed, favor, base: noBase ? null : texts[0], ours: ours_, theirs: theirs_ };
}

// ---- talking to the driver ----

const child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = [];
let pending = "";
child.stdout.setEncoding("utf8");
child.stdout.on("data", (chunk) => {
  pending += chunk;
  for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
    waiting.shift()(JSON.parse(pending.slice(0, end)));
    pending = pending.slice(end + 1);
  }
});
child.on("exit", (status) => {
  if (waiting.length > 0) {
    console.error(`the driver died (${status})`);
    process.exit(1);
  }
});

function merge({ favor, base, ours, theirs }) {
  const bytes = [base ?? "", ours, theirs].map((each) => Buffer.from(each, "utf8"));
  const sizes = bytes.map((each) => each.length);
  if (base === null) sizes[0] = "-";
  child.stdin.write(Buffer.concat([Buffer.from(`config.${syntax} ${favor} ${sizes.join(" ")}\n`), ...bytes]));
  return new Promise((resolve) => waiting.push(resolve));
}

// ---- judging ----

const totals = { triples: 0, merged: 0, "with conflicts": 0, "whole-file conflicts": 0, "not read": 0, "user's edits": 0, "author's edits": 0, "comments": 0, "conflicts": 0 };
const violations = {};
const wholes = [];

function judge(triple_, outcome) {
  const problems = [];
  const wrong = (kind, detail) => problems.push([kind, detail]);
  const { favor, base, ours, theirs } = triple_;
  const live = outcome.text;
  for (const each of outcome.keys) if (each.key === "$") each.key = "";
  totals.triples += 1;
  const [was, mine, other, now] = [base ?? "", ours, theirs, live].map(read);
  for (const [name, each] of [["base", was], ["ours", mine], ["theirs", other]]) {
    if (each.errors) throw new Error(`seed ${triple_.seed}: ${name} was made wrong: ${each.errors[0]}\n${triple_[name]}`);
  }
  if (now.errors) wrong(now.errors.some((each) => /unique/i.test(each)) ? "duplicate keys" : "unparsable", now.errors[0]);
  if (syntax === "json") JSON.parse(live.replace(/^\ufeff/, ""));
  if (problems.length > 0) return problems;

  const whole = outcome.keys.length === 0 && !outcome.reason.startsWith("merged");
  const trivial = ours === theirs || ours === base || theirs === base;
  if (whole) {
    const refused = /does not parse/.test(outcome.reason);
    totals[refused ? "not read" : "whole-file conflicts"] += 1;
    if (!refused) wholes.push(`${triple_.seed} ${outcome.reason}`);
    if (outcome.clean && favor === "none") wrong("report", `clean is ${outcome.clean}`);
    if (live !== (outcome.clean && favor === "theirs" ? theirs : ours)) wrong("lost", "a conflict of the whole file, and the live file is neither side");
    return problems;
  }
  totals[outcome.keys.length > 0 ? "with conflicts" : "merged"] += 1;
  totals.conflicts += outcome.keys.length;
  if (outcome.clean !== (outcome.keys.length === 0 || favor !== "none")) wrong("report", `clean is ${outcome.clean}`);

  const clashes = [];
  const table = (node) => (node === "null" && (mine.data instanceof Map || other.data instanceof Map) ? new Map() : node);
  const expected = merged(base === null ? new Map() : table(was.data), table(mine.data), table(other.data), "", clashes, favor);
  if (!trivial) {
    const names = (list) => list.map((each) => JSON.stringify([each.path ?? each.key, ...sides(each)])).sort().join("\n");
    const isEmpty = (node) => node === "null" || (node instanceof Map && node.size === 0);
    if (!same(now.data, expected) && !(isEmpty(now.data) && isEmpty(expected))) wrong("meaning", "");
    if (names(clashes) !== names(outcome.keys)) wrong("report", `expected:\n${names(clashes)}\nreported:\n${names(outcome.keys)}`);
  }
  judgePaths(triple_, outcome, table(was.data), table(mine.data), table(other.data), table(now.data), wrong);
  if (syntax === "yaml") judgeComments(base ?? "", ours, theirs, live, wrong);
  if (same(now.data, mine.data)) judgeLines(base ?? "", ours, theirs, live, wrong);
  return problems;
}

// A conflict's three values, as JSON data; numbers are compared by value here.
function sides(each) {
  const plain = (node) => {
    if (node instanceof Map) return Object.fromEntries([...node].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, plain(member)]));
    if (Array.isArray(node)) return node.map(plain);
    const [kind, rest] = [node.split(" ", 1)[0], node.slice(node.indexOf(" ") + 1)];
    if (kind === "null") return null;
    if (kind === "boolean") return rest === "true";
    return kind === "number" ? Number(rest) : rest;
  };
  const sorted = (value) => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  };
  return ["base", "ours", "theirs"].map((side) => {
    if (Array.isArray(each[side]) && each.key !== undefined) return each[side].map(sorted);
    return each[side] === undefined ? [] : [sorted(plain(each[side]))];
  });
}

function judgePaths({ favor, base }, outcome, was, mine, other, now, wrong) {
  const reported = (path) => outcome.keys.some((each) => isBelow(path, each.key) || isBelow(each.key, path));
  const [before, here, there, live] = [base === null ? new Map() : leaves(was), leaves(mine), leaves(other), leaves(now)];
  for (const path of new Set([...before.keys(), ...here.keys(), ...there.keys()])) {
    const [b, o, t, l] = [before, here, there, live].map((each) => each.get(path));
    const changed = (x) => !(x === b || (x !== undefined && b !== undefined && same(x, b)));
    const kept = (x) => x === l || (x !== undefined && l !== undefined && same(x, l));
    if (changed(o)) {
      totals["user's edits"] += 1;
      const stays = kept(o) || (o === undefined && base === null) || grew(o, l);
      if (!stays && !(favor === "theirs" && reported(path))) wrong("lost", `${path}: ${show(o)} is ${show(l)}`);
    }
    if (changed(t)) {
      totals["author's edits"] += 1;
      const arrived = kept(t) || grew(t, l);
      if (!arrived && !reported(path)) wrong("unreported", `${path}: ${show(t)} is ${show(l)}`);
    }
  }
}

// An empty collection (or a list that is one of records on one side only) holds more now, at longer paths.
const grew = (node, live) => node !== undefined && typeof node !== "string" && live === undefined;
const show = (node) => (node === undefined ? "absent" : JSON.stringify(node));
function judgeComments(base, ours, theirs, live, wrong) {
  const [before, here, there, now] = [base, ours, theirs, live].map(comments);
  for (const [text, times] of here) {
    totals.comments += times;
    const taken = Math.max(0, (before.get(text) ?? 0) - (there.get(text) ?? 0));
    if ((now.get(text) ?? 0) < times - taken) wrong("comment lost", text);
  }
}

// The author changed no value, so that no line of the user's may go but those whose very text the author took out.
function judgeLines(base, ours, theirs, live, wrong) {
  // Order is layout: where keys change places, a comma or a dash goes to another line.
  const bare = (line) => line.trim().replace(/^(- )+/, "");
  const counted = (text) => text.split(/,?\r?\n/).map(bare).reduce((all, line) => all.set(line, (all.get(line) ?? 0) + 1), new Map());
  const [before, here, there, now] = [base, ours, theirs, live].map(counted);
  for (const [line, times] of here) {
    const taken = Math.max(0, (before.get(line) ?? 0) - (there.get(line) ?? 0));
    if (line.trim() && (now.get(line) ?? 0) < times - taken) wrong("line lost", line);
  }
}

// ---- running ----

let broken = 0;
const batch = 200;
for (let from = first; from < first + count; from += batch) {
  const triples = Array.from({ length: Math.min(batch, first + count - from) }, (_, i) => triple(from + i));
  const outcomes = await Promise.all(triples.map(merge));
  triples.forEach((each, i) => {
    const problems = judge(each, outcomes[i]);
    if (problems.length === 0 && !process.env.KOPI_CORPUS_SHOW) return;
    if (problems.length > 0) broken += 1;
    for (const [kind] of problems) violations[kind] = (violations[kind] ?? 0) + 1;
    if (broken > 5) return;
    console.log(`seed ${each.seed}, favor ${each.favor}: ${problems.map(([kind, detail]) => `${kind} ${detail}`).join("; ")}`);
    for (const [name, text] of [["base", each.base ?? "(none)"], ["ours", each.ours], ["theirs", each.theirs], ["live", outcomes[i].text]]) {
      console.log(`---- ${name}\n${text}`);
    }
    console.log(`---- ${outcomes[i].reason}; ${JSON.stringify(outcomes[i].keys)}\n`);
  });
}
child.stdin.end();
if (process.env.KOPI_CORPUS_WHOLES) for (const each of wholes) console.log(each);
console.log(`${syntax}: seeds ${first}-${first + count - 1}: ${Object.entries(totals).map(([name, value]) => `${value} ${name}`).join(", ")}`);
console.log(`${syntax}: violations: ${broken === 0 ? "none" : Object.entries(violations).map(([name, value]) => `${value} ${name}`).join(", ")}`);
process.exit(broken === 0 ? 0 : 1);
