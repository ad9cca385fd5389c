import { describe, expect, it } from "vitest";
import { isSameDialogue, rangeOfLine, toScript, turnOfEachLine } from "./script";

const turns = [
  { speaker: "A", text: "你好，今天天氣真好！" },
  { speaker: "Dr. Wang", text: "It is.\nShall we walk?" },
  { speaker: "曉雨", text: "好啊。" },
];

describe("turns as a script", () => {
  it("names each speaker with the colon of their own script, and keeps line breaks", () => {
    expect(toScript(turns)).toBe("A: 你好，今天天氣真好！\nDr. Wang: It is.\nShall we walk?\n曉雨：好啊。");
  });

  it("can put every name in brackets, where it is a name whatever it says", () => {
    expect(toScript([{ speaker: "他說", text: "好" }], "brackets")).toBe("[他說]: 好");
    expect(toScript([{ speaker: "[x]", text: "好" }], "brackets")).toBe("【[x]】: 好");
  });

  it.each(["B: hello", "[B] hello", "（笑）", "-----", "**B** hello"])("joins %j to the line before it", (line) => {
    expect(toScript([{ speaker: "A", text: `first\n${line}` }])).toBe(`A: first ${line}`);
  });

  it("leaves out blank lines, which would not come back", () => {
    expect(toScript([{ speaker: "A", text: "one\n\n two\r\n" }])).toBe("A: one\ntwo");
  });

  it("begins a chapter with a heading", () => {
    const chapters = [
      { speaker: "A", text: "Hi", chapter: "One" },
      { speaker: "B", text: "Yo", chapter: "Part\ntwo" },
    ];
    expect(toScript(chapters)).toBe("## One\nA: Hi\n\n## Part two\nB: Yo");
    expect(
      isSameDialogue(
        chapters,
        chapters.map(({ speaker, text }) => ({ speaker, text })),
      ),
    ).toBe(false);
  });

  it("says the same as another dialogue when a mark is spelled in another way", () => {
    const one = [{ speaker: "A", text: "[pause:500ms] **Hi**" }];
    expect(isSameDialogue(one, [{ speaker: "A", text: "[pause 500ms] Hi" }])).toBe(true);
  });

  it("says the same as another dialogue when only white space differs", () => {
    const [first, ...others] = turns;
    expect(isSameDialogue(turns, [{ speaker: "A", text: "你好， 今天天氣真好！\n" }, ...others])).toBe(true);
    expect(isSameDialogue(turns, [{ speaker: "B", text: first?.text ?? "" }, ...others])).toBe(false);
    expect(isSameDialogue(turns, others)).toBe(false);
  });

  it("says the same as another dialogue when only the spelling of a speaker differs", () => {
    const [first, ...others] = turns;
    expect(isSameDialogue(turns, [{ speaker: "\uff21", text: first?.text ?? "" }, ...others])).toBe(true);
  });
});

describe("the turn of each line", () => {
  const spoken = (line: number, text: string, speaker = "A") => ({ speaker, text, index: line, line, take: 0 });

  it("is the one that begins there, or goes on there", () => {
    const script = "A: 你好，今天天氣真好！\nDr. Wang: It is.\n  Shall  we walk?\n曉雨：好啊。";
    const parsed = [spoken(1, "你好，今天天氣真好！"), spoken(2, "It is.\nShall we walk?"), spoken(4, "好啊。")];
    expect(turnOfEachLine(script, parsed)).toEqual([0, 1, 1, 2]);
  });

  it("covers names on lines of their own, and passes over what is not spoken", () => {
    const script = "（開場）\nA：\n  你好 嗎\n\n---\n[B] 好\n（笑）\n再見";
    const parsed = [spoken(2, "你好 嗎"), spoken(6, "好\n再見", "B")];
    expect(turnOfEachLine(script, parsed)).toEqual([undefined, 0, 0, undefined, undefined, 1, undefined, 1]);
  });

  it("knows a line whose marks are not in the text of its turn", () => {
    const script = "A: one\n**two**, see [the map](https://x.y)\n[laughs] three\n## Next\nB: four";
    const parsed = [spoken(1, "one\ntwo, see the map\nthree"), spoken(5, "four", "B")];
    expect(turnOfEachLine(script, parsed)).toEqual([0, 0, 0, undefined, 1]);
  });

  it("tells equal turns apart", () => {
    expect(turnOfEachLine("A：好\nA：好", [spoken(1, "好"), spoken(2, "好")])).toEqual([0, 1]);
  });
});

it("finds the range of a line within the script", () => {
  expect(rangeOfLine("one\ntwo\nthree", 2)).toEqual([4, 7]);
  expect(rangeOfLine("one\ntwo\nthree", 3)).toEqual([8, 13]);
});
