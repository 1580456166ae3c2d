import type { Question } from '../domain/questions.js';
import type { Words } from './words/index.js';

/** An answer as its button says it. */
export function labelOf({ checkIn }: Words, question: Question, answer: string): string {
  const labels: Readonly<Record<string, string>> = checkIn[question].answers;
  return labels[answer] ?? answer;
}
