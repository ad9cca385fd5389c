import { piecesOf } from "./marks";

/** A line or a text with its tags, directions and headings marked. No marks without `styles`: it is literal. */
export function Marked(props: {
  text: string;
  styles: ReadonlySet<string> | undefined;
  unspoken?: readonly string[] | undefined;
}) {
  const { text, styles, unspoken } = props;
  if (!styles) return text;
  return piecesOf(text, styles, unspoken).map(({ text: piece, kind }, index) =>
    kind ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
      <span key={index} className="mark" data-mark={kind}>
        {piece}
      </span>
    ) : (
      piece
    ),
  );
}
