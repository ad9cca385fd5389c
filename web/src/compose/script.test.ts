import { describe, expect, it } from "vitest";
import { isSameDialogue, lineNamedIn, rangeOfLine, toScript, turnOfEachLine } from "./script";

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
  it("is found again in what toScript writes", () => {
    expect(turnOfEachLine(toScript(turns), turns)).toEqual([0, 1, 1, 2]);
  });

  it("covers names on lines of their own, and passes over what is not spoken", () => {
    const script = "（開場）\nA：\n  你好 嗎\n\n---\n[B] 好\n再見";
    const spoken = [
      { speaker: "A", text: "你好 嗎" },
      { speaker: "B", text: "好\n再見" },
    ];
    expect(turnOfEachLine(script, spoken)).toEqual([undefined, 0, 0, undefined, undefined, 1, 1]);
  });

  it("is found when a name is spelled in another way than the first time", () => {
    const spoken = ["好", "對"].map((text) => ({ speaker: "Jos\u00e9", text }));
    expect(turnOfEachLine("Jos\u00e9: 好\nJose\u0301: 對", spoken)).toEqual([0, 1]);
  });

  it("tells equal turns apart", () => {
    const twice = [
      { speaker: "A", text: "好" },
      { speaker: "A", text: "好" },
    ];
    expect(turnOfEachLine("A：好\nA：好", twice)).toEqual([0, 1]);
  });
});

describe("a line", () => {
  it.each([
    ["第 12 行：這一行之前沒有講者", 12],
    ["line 3: speaker B says nothing", 3],
    ["必填", undefined],
  ])("is named in %j", (message, line) => {
    expect(lineNamedIn(message)).toBe(line);
  });

  it("has a range within the script", () => {
    expect(rangeOfLine("one\ntwo\nthree", 2)).toEqual([4, 7]);
    expect(rangeOfLine("one\ntwo\nthree", 3)).toEqual([8, 13]);
  });
});
