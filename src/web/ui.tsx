import type { Piece, Visit } from './parts.js';

interface WithChildren {
  readonly children?: Piece;
}

/** A form that goes to its own link; the token in the address is what lets it act, so there is nothing to forge. */
export function LinkForm({
  visit,
  anchor,
  query,
  children,
}: WithChildren & {
  readonly visit: Visit;
  readonly anchor?: string | undefined;
  readonly query?: string | undefined;
}) {
  return (
    <form method="post" action={`${visit.path}${query ? `?${query}` : ''}${anchor ? `#${anchor}` : ''}`} novalidate>
      {children}
    </form>
  );
}

/** A button that acts; `look` says how much it calls for being pressed. */
export function Button({
  name,
  value,
  look,
  label,
  children,
}: WithChildren & {
  readonly name: string;
  readonly value: string;
  readonly look?: 'main' | 'plain' | 'warn' | undefined;
  /** What a screen reader says where the text alone is ambiguous. */
  readonly label?: string | undefined;
}) {
  return (
    <button type="submit" name={name} value={value} class={look ?? ''} {...(label ? { 'aria-label': label } : {})}>
      {children}
    </button>
  );
}

/** What came of the last button. */
export function Notice({ problem, children }: WithChildren & { readonly problem?: boolean | undefined }) {
  return (
    <div class={problem ? 'notice problem' : 'notice'} role={problem ? 'alert' : 'status'}>
      <p>{children}</p>
    </div>
  );
}

interface FieldOptions {
  readonly name: string;
  /** Where two fields of a page have one name. */
  readonly id?: string | undefined;
  readonly label: string;
  readonly value?: string | null | undefined;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly optional?: string | undefined;
}

/** A labelled field of one line. */
export function Field({
  type = 'text',
  autocomplete = 'off',
  maxlength = 200,
  ...field
}: FieldOptions & {
  readonly type?: 'text' | 'email' | 'tel' | 'date' | undefined;
  readonly autocomplete?: string | undefined;
  readonly maxlength?: number | undefined;
}) {
  const id = `f-${field.id ?? field.name}`;
  return (
    <Labelled {...field} id={id}>
      <input
        type={type}
        id={id}
        name={field.name}
        value={field.value ?? ''}
        maxlength={maxlength}
        autocomplete={autocomplete}
        {...described(field, id)}
      />
    </Labelled>
  );
}

/** A labelled field of several lines. */
export function TextArea({
  tall,
  maxlength,
  ...field
}: FieldOptions & {
  readonly tall?: boolean | undefined;
  readonly maxlength?: number | undefined;
}) {
  const id = `f-${field.id ?? field.name}`;
  return (
    <Labelled {...field} id={id}>
      <textarea
        id={id}
        name={field.name}
        class={tall ? 'tall' : ''}
        {...(maxlength ? { maxlength } : {})}
        {...described(field, id)}
      >
        {field.value ?? ''}
      </textarea>
    </Labelled>
  );
}

/** A labelled choice. */
export function Select({
  options,
  ...field
}: FieldOptions & { readonly options: readonly (readonly [value: string, text: string])[] }) {
  const id = `f-${field.id ?? field.name}`;
  return (
    <Labelled {...field} id={id}>
      <select id={id} name={field.name} {...described(field, id)}>
        <Options options={options} chosen={field.value ?? ''} />
      </select>
    </Labelled>
  );
}

/** The entries of a choice. */
export function Options({
  options,
  chosen,
}: {
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly chosen: string;
}) {
  return (
    <>
      {options.map(([value, text]) => (
        <option value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </>
  );
}

/** A box to tick. */
export function Check({
  name,
  value,
  checked,
  children,
}: WithChildren & {
  readonly name: string;
  readonly value: string;
  readonly checked?: boolean | undefined;
}) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value={value} checked={checked ?? false} />
      <span>{children}</span>
    </label>
  );
}

function Labelled({
  id,
  label,
  hint,
  error,
  optional,
  children,
}: WithChildren & Omit<FieldOptions, 'id'> & { readonly id: string }) {
  return (
    <div class={error ? 'field has-error' : 'field'}>
      <label for={id}>
        {label}
        {optional ? <span class="soft"> ({optional})</span> : null}
      </label>
      {children}
      {hint ? (
        <p class="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}

function described({ hint, error }: FieldOptions, id: string): Readonly<Record<string, string>> {
  const by = [...(hint ? [`${id}-hint`] : []), ...(error ? [`${id}-error`] : [])].join(' ');
  return { ...(by && { 'aria-describedby': by }), ...(error && { 'aria-invalid': 'true' }) };
}
