import type { Button, Form } from './forms.js';

/** A person of the world as the pages meet them; contacts have no private address. */
export type Human = { readonly id: string; readonly privateEmail: string | null; readonly language: string };

/** What this person does when a page asks them. */
export type Mood = { readonly refuses: boolean; readonly join: boolean; readonly reply: boolean };

/** A button pressed, with what the form sends then. */
export type Press = { readonly action: string; readonly body: URLSearchParams };

type Place = { readonly form: Form; readonly button: Button };

/** Deciding is HR's: a page with one of these is left as it is. */
const decisions = ['approve', 'release'];
const refusals = ['refuse', 'decline'];
const agreements = ['join', 'confirm'];

/** The buttons that a person presses on a page: one, or on a list of things to be marked done one in each form. */
export function choose(forms: readonly Form[], human: Human, mood: Mood): Press[] {
  const places = forms.flatMap((form) => form.buttons.map((button) => ({ form, button })));
  if (places.some(({ button }) => says(button, decisions))) return [];
  const refusal = places.find(({ button }) => says(button, refusals));
  if (mood.refuses && refusal !== undefined) return [press(refusal, human)];
  const open = places.filter(
    ({ button, form }) => !says(button, refusals) && (human.privateEmail !== null || !asksAddress(form)),
  );
  const agreed = mood.join ? open.find(({ form, button }) => asksAddress(form) || says(button, agreements)) : undefined;
  if (agreed !== undefined) return [press(agreed, human)];
  if (!mood.reply) return [];
  const answer = open.find(({ button }) => button.name === 'answer' || button.name === 'time');
  if (answer !== undefined) return [press(answer, human)];
  const done = open.filter(({ button }) => button.name === 'done');
  return done.filter(({ form }, index) => done.findIndex((one) => one.form === form) === index).map((one) => press(one, human));
}

function says({ name, value }: Button, words: readonly string[]): boolean {
  return words.includes(name) || words.includes(value);
}

function asksAddress({ fields }: Form): boolean {
  return fields.some(({ name, hidden }) => name === 'email' && !hidden);
}

function press({ form, button }: Place, human: Human): Press {
  const body = new URLSearchParams();
  for (const field of form.fields) {
    const value = field.hidden ? field.value : filled(field, human);
    if (value !== null) body.append(field.name, value);
  }
  if (button.name !== '') body.append(button.name, button.value);
  return { action: form.action, body };
}

/** What a person writes where a page asks about a new job, and the consent that goes with it. */
const answers: Readonly<Record<string, string>> = { employer: 'Duinzicht Advies B.V.', role: 'Adviseur', consent: 'yes' };

function filled({ name, value, options }: Form['fields'][number], human: Human): string | null {
  const answer = answers[name];
  if (answer !== undefined && !value) return answer;
  if (name === 'email') return human.privateEmail ?? value;
  if (name === 'language' && (options.length === 0 || options.includes(human.language))) return human.language;
  return value;
}
