import { parse } from 'tldts';

/** A name as it is compared: folded tokens without titles, particles and suffixes. */
export interface NormalName {
  readonly given: readonly string[];
  readonly family: readonly string[];
  /** All words of both, in alphabetical order. */
  readonly sorted: string;
}

/** A company as it is compared: all its words without legal form, and their core without `Group`, `Nederland` and the like. */
export interface NormalCompany {
  readonly full: string;
  readonly core: string;
  /** The words of the core. */
  readonly words: readonly string[];
}

const letters: Readonly<Record<string, string>> = { ø: 'o', œ: 'oe', æ: 'ae', ß: 'ss', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i' };

/**
 * Lower case without marks, and one spelling for what is written in two: ø, oe and ö are o; æ, ä, ae, å and aa are a; ü and ue are u; ij is y.
 * Apostrophes go. Letters of other scripts stay.
 */
export function fold(text: string): string {
  const plain = /^[ -~]*$/.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .toLowerCase()
        .replace(/[øœæßđðþłı]/gu, (letter) => letters[letter] ?? letter);
  return plain
    .replace(/['’‘`´]/gu, '')
    .replace(/oe/gu, 'o')
    .replace(/ae|aa/gu, 'a')
    .replace(/ue/gu, 'u')
    .replace(/ij/gu, 'y');
}

const folded = (words: string): ReadonlySet<string> => new Set(words.split(' ').map(fold));

const particles = folded(
  'van de der den het t te ten ter tot op aan in s von und zu zum zur af la le les du da dos das di del della dal el al bin ibn v d vd vande vander vanden',
);
const titles = folded('mr mrs ms miss dr drs ir ing prof mw dhr mevr hr fru ds sir dipl');
const suffixes = folded(
  'jr sr junior senior ii iii iv mba emba msc bsc ma ba mphil phd ph dphil md llm llb ra rc aa cpa cfa cma cissp pmp prince2 rmt re rb rba hd cand merc mpa mim frsa obe mbe esq',
);

/** A person's name; a part in brackets or quotes, and what follows a comma or a bar, is no part of it. */
export function normaliseName(givenName: string | null, familyName: string | null): NormalName {
  const given = wordsOfName(givenName ?? '');
  const family = wordsOfName(familyName ?? '');
  const isMinor = (word: string) => particles.has(word) || suffixes.has(word);
  const kept = {
    given: without(given, (word) => titles.has(word) || isMinor(word)),
    family: without(family, (word) => isMinor(word) || word.length === 1),
  };
  return { ...kept, sorted: [...kept.given, ...kept.family].sort().join(' ') };
}

function wordsOfName(text: string): readonly string[] {
  if (/^[A-Za-z -]*$/.test(text) && !text.includes(' - ')) return wordsOf(text);
  const plain = text
    .replace(/\([^)]*\)|\[[^\]]*\]|"[^"]*"|“[^”]*”/gu, ' ')
    .replace(/[,|•·–—].*$|\s-\s.*$/su, '')
    .replace(/\bph\.?\s?d\b/giu, ' ');
  return wordsOf(plain);
}

function wordsOf(text: string): readonly string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Leaves words out, unless nothing would be left. */
function without(words: readonly string[], isDropped: (word: string) => boolean): readonly string[] {
  const kept = words.filter((word) => !isDropped(word));
  return kept.length > 0 ? kept : words;
}

const legalForms = folded(
  'bv nv vof cv as aps is ks ps amba ivs fmba ab oy oyj asa gmbh ag kg mbh ohg ug se sa sas sarl sprl bvba srl spa sl ltd limited llc llp lp plc inc incorporated corp corporation co company pty pvt ltda',
);
/** Words after a company's name that tell it from no other. */
const generic = folded(
  'group groep gruppe gruppen koncern concern holding holdings beheer international internationaal global worldwide europe europa emea nederland netherlands holland nl belgium belgie danmark denmark dk benelux nordic nordics scandinavia uk deutschland germany',
);
const joining = folded('the het de en og und and');

/** What people write where there is no employer: equal texts of this kind prove nothing. */
const nobody = new Set(
  [
    'freelance',
    'freelancer',
    'self employed',
    'selfemployed',
    'zelfstandig',
    'zelfstandige',
    'zelfstandig ondernemer',
    'zzp',
    'zzper',
    'eigen bedrijf',
    'selvstændig',
    'independent',
    'independent consultant',
    'consultant',
    'entrepreneur',
    'ondernemer',
    'retired',
    'gepensioneerd',
    'met pensioen',
    'pensioneret',
    'pensionist',
    'student',
    'unemployed',
    'werkzoekend',
    'in between jobs',
    'jobsøgende',
    'ledig',
    'job seeker',
    'stealth',
    'stealth startup',
    'confidential',
    'various',
    'diverse',
    'private',
    'privat',
    'particulier',
    'unknown',
    'onbekend',
    'ukendt',
    'none',
    'geen',
    'ingen',
    'na',
    'nvt',
    'test',
  ].map((text) => wordsOf(text).join('')),
);

/** A company's name without its legal form; null when it names none (`Freelance`, `Holding B.V.`). */
export function normaliseCompany(name: string | null): NormalCompany | null {
  return name === null ? null : remembered(name);
}

/** Colleagues have their company in common: its name is taken apart once. Emptied when full, so that it stays small. */
const taken = new Map<string, NormalCompany | null>();
const mostTaken = 20_000;

function remembered(name: string): NormalCompany | null {
  const known = taken.get(name);
  if (known !== undefined) return known;
  if (taken.size >= mostTaken) taken.clear();
  const company = takeApart(name);
  taken.set(name, company);
  return company;
}

function takeApart(name: string): NormalCompany | null {
  const plain = name
    .replace(/\([^)]*\)/gu, ' ')
    .replace(/\b(\p{L}[\p{L}\p{N}-]*)\.(?:com|nl|dk|eu|io|net|org|ai|be|de|uk)\b/giu, '$1')
    .replace(/(?<![\p{L}\p{N}])\p{L}(?:[./]\p{L}(?![\p{L}\p{N}]))+/gu, (abbreviation) => abbreviation.replace(/[./]/gu, ''));
  const all = wordsOf(plain);
  if (nobody.has(all.join(''))) return null;
  const full = all.filter((word) => !legalForms.has(word) && !joining.has(word));
  const core = [...full];
  while (generic.has(core.at(-1) ?? '')) core.pop();
  if (core.length === 0) return null;
  return { full: full.join(''), core: core.join(''), words: core };
}

/** Labels of mailbox providers under any ending, and whole domains whose label is a word. */
const freeLabels = new Set(
  'gmail googlemail hotmail outlook msn yahoo ymail rocketmail icloud aol protonmail gmx kpnmail kpnplanet xs4all ziggo casema chello upcmail hetnet quicknet zonnet jubii webspeed stofanet btinternet virginmedia ntlworld telenet fastmail zoho tutanota mailinator'.split(
    ' ',
  ),
);
const freeDomains = new Set(
  'live.nl live.com live.dk live.co.uk me.com mac.com proton.me pm.me mail.com mail.dk home.nl planet.nl tele2.nl solcon.nl sky.com skynet.be web.de youmail.dk post.tele.dk tdcadsl.dk onsbrabantnet.nl caiway.nl'.split(
    ' ',
  ),
);

/** The registrable domain of a host or an address (`jan@mail.acme.co.uk` → `acme.co.uk`); null for providers of private mailboxes and for what is no domain. */
export function companyDomainOf(text: string | null): string | null {
  if (text === null) return null;
  const { domain, domainWithoutSuffix, isIp } = parse(text.slice(text.lastIndexOf('@') + 1), { allowPrivateDomains: false });
  if (domain === null || domainWithoutSuffix === null || isIp === true) return null;
  return freeLabels.has(domainWithoutSuffix) || freeDomains.has(domain) ? null : domain;
}

/** A company as its domain names it: `vlietstra-groep.nl` is compared like `Vlietstra Groep`. */
export function companyOfDomain(domain: string | null): NormalCompany | null {
  const label = domain === null ? null : parse(domain).domainWithoutSuffix;
  return normaliseCompany(label?.replaceAll('-', ' ') ?? null);
}
