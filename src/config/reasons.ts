import { reasons, type Reason } from '../domain/words.js';

/** How an HRIS's wording is compared: lower case, single blanks, none around. */
export function normaliseWording(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}

// A wording that often hides another reason ("personal", "other", "involuntary") is left out: unknown permits nothing outward.
const wordings: Readonly<Record<Exclude<Reason, 'unknown'>, string>> = {
  resignation:
    'resigned, voluntary resignation, employee resignation, quit, own request, ontslagname, eigen ontslag, op eigen verzoek, ontslag op eigen verzoek, opzegging werknemer, ontslag werknemer, opsigelse fra medarbejder, egen opsigelse, fratrådt efter eget ønske, opsagt af medarbejder',
  retirement:
    'retired, pension, pensioen, pensionering, met pensioen, vervroegd pensioen, early retirement, pensioneret, gået på pension, efterløn',
  'fixed-term-end':
    'fixed term end, end of fixed term, end of contract, contract expired, contract ended, contract_expired, end of secondment, einde contract, einde tijdelijk contract, einde bepaalde tijd, contract van rechtswege geëindigd, einde detachering, tidsbegrænset ansættelse udløbet, kontraktudløb, udløb af kontrakt',
  'probation-end':
    'probation end, end in probation, failed probation, probation not passed, ontslag in proeftijd, proeftijd, einde proeftijd, ophør i prøvetid, opsagt i prøvetid, prøvetid',
  redundancy:
    'redundant, made redundant, layoff, lay-off, laid off, reduction in force, position eliminated, restructuring, boventallig, boventalligheid, reorganisatie, bedrijfseconomisch ontslag, bedrijfseconomische redenen, afskedigelse pga. nedskæringer, nedskæring, nedlæggelse af stilling, omstrukturering',
  'mutual-agreement':
    'mutual agreement, by mutual agreement, mutual consent, settlement agreement, agreement, vaststellingsovereenkomst, vso, wederzijds goedvinden, met wederzijds goedvinden, beëindigingsovereenkomst, fratrædelsesaftale, gensidig aftale',
  dismissal:
    'dismissed, fired, terminated by employer, opzegging werkgever, ontslag door werkgever, ontslagen, afskediget, afskedigelse, opsagt af arbejdsgiver',
  'summary-dismissal':
    'summary dismissal, dismissed for cause, termination for cause, gross misconduct, ontslag op staande voet, dringende reden, bortvist, bortvisning',
  incapacity:
    'long illness, long-term illness, disability, medical incapacity, arbeidsongeschikt, arbeidsongeschiktheid, langdurig ziek, ziekte, langtidssygdom, uarbejdsdygtig, sygdom',
  death: 'deceased, died, overleden, overlijden, død, dødsfald, afgået ved døden',
  cover:
    'leave of absence, parental leave, maternity leave, paternity leave, garden leave, gardening leave, sabbatical, ouderschapsverlof, zwangerschapsverlof, bevallingsverlof, onbetaald verlof, vrijgesteld van werk, orlov, barsel, barselsorlov, forældreorlov, fritstillet',
  'role-change':
    'role change, internal transfer, internal move, transfer, sub_company_switch, functiewijziging, interne overplaatsing, overplaatsing, stillingsskift, intern flytning',
};

/** Wordings of HRISs in English, Dutch and Danish; a company adds its own, and its own win. */
export const defaultReasons: Readonly<Record<string, Reason>> = Object.fromEntries(
  reasons.flatMap((reason): (readonly [string, Reason])[] => {
    const more = reason === 'unknown' ? [] : wordings[reason].split(',');
    return [reason, reason.replaceAll('-', ' '), ...more].map((text) => [normaliseWording(text), reason]);
  }),
);
