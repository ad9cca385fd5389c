import { useId } from "react";
import type { ParsedTurn, ScriptAnswer, ScriptQuestion } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { SoundChoice } from "../sounds/SoundChoice";
import { Button } from "../ui/Button";

interface Props {
  questions: readonly ScriptQuestion[];
  answers: readonly ScriptAnswer[];
  onAnswers(answers: readonly ScriptAnswer[]): void;
  /** The lines of the script that are sounds. */
  soundTurns: readonly ParsedTurn[];
  sounds: Readonly<Record<string, string>>;
  onSounds(sounds: Readonly<Record<string, string>>): void;
}

/** What only the user knows about the script, each answered by one click; and which sound stands for which line. */
export function Questions({ questions, answers, onAnswers, soundTurns, sounds, onSounds }: Props) {
  const { t, format } = useSpeech();
  const id = useId();
  const texts = [...new Set(soundTurns.map(({ text }) => text))];
  if (questions.length === 0 && answers.length === 0) return null;
  return (
    <section className="card questions" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{t.questions.title}</h2>
        {answers.length > 0 && (
          <Button look="plain" icon="undo" onClick={() => onAnswers([])}>
            {t.questions.askAgain(answers.length)}
          </Button>
        )}
      </div>
      {questions.map(({ question, speaker, message, choices }) => (
        <fieldset key={`${question} ${speaker}`} className="question">
          <legend>{message}</legend>
          {choices.map(({ choice, label }) => (
            <Button key={choice} onClick={() => onAnswers([...answers, { question, speaker, choice }])}>
              {label}
            </Button>
          ))}
        </fieldset>
      ))}
      {texts.map((text, place) => (
        <SoundChoice
          key={text}
          place={placeOf(place)}
          label={text}
          hint={t.questions.soundHint}
          kind="audio"
          chosen={sounds[text]}
          onChoose={(soundId) => {
            const { [text]: _, ...others } = sounds;
            onSounds(soundId === undefined ? others : { ...others, [text]: soundId });
          }}
        />
      ))}
      {questions.length === 0 && texts.length === 0 && (
        <p className="card-empty">{t.questions.answered(format.number(answers.length))}</p>
      )}
    </section>
  );
}

const MOST_SOUND_LINES = 1000;

function placeOf(place: number): string {
  return `line-${place}`;
}

/** What sounds of the script are uploaded for. */
export const LINE_PLACES: readonly string[] = Array.from({ length: MOST_SOUND_LINES }, (_, place) => placeOf(place));
