import type { ContactFacts } from '../src/ties/known.js';
import { csvField } from '../src/ties/csv.js';

/** A made-up company's contacts, the connections of one employee, and which of them are the same people. */
export interface TiesWorld {
  /** As LinkedIn writes it, preamble included. */
  readonly csv: string;
  readonly contacts: readonly ContactFacts[];
  /** Profile URL of a connection → record of the contact that is the same person. */
  readonly truth: ReadonlyMap<string, string>;
}

interface Person {
  readonly given: string;
  readonly middle: string;
  readonly particle: string;
  readonly family: string;
  /** A name taken by marriage, or nothing. */
  readonly married: string;
  readonly company: Company;
  readonly slug: string;
  readonly workMail: string;
}

interface Company {
  readonly name: string;
  readonly legal: string;
  readonly domain: string;
  /** What it was called before, or nothing; the domain stayed. */
  readonly former: string;
  readonly language: Language;
}

type Language = keyof typeof words;

// Ordered by how common they are, so that an early one is drawn often.
const words = {
  nl: {
    given:
      'Jan Johannes Peter Anna Maria Hendrik Cornelis Willem Sanne Lisa Daan Bram Lotte Femke Marieke Pieter Jeroen Bart Joris Mark Erik Rob Martijn Sander Thijs Niels Ruben Anouk Ilse Inge Monique Linda Esther Miriam Wouter Gijs Koen Tom Tim Jasper Maarten Arjan Wilma Petra Saskia Karin Ellen Nienke Jolanda Marjolein Annemarie Jan-Willem Anne-Marie Geert Sjoerd Douwe Freek Hanneke Mieke Yvonne Renée Loïs',
    family:
      'Jong Jansen Vries Berg Dijk Bakker Janssen Visser Smit Meijer Boer Mulder Groot Bos Vos Peters Hendriks Leeuwen Dekker Brouwer Wit Dijkstra Smits Graaf Meer Linden Kok Jacobs Haan Vermeulen Heuvel Veen Broek Bruijn Bruin Heijden Schouten Beek Willems Vliet Ven Hoekstra Maas Verhoeven Koster Dam Wal Prins Blom Huisman Peeters Jonge Kuipers Veenstra Post Kuiper Postma Veldman Kramer Scholten Gerritsen Martens Bosch Hofman',
    stems:
      'Wester Ooster Zuider Noorder Hoogen Laag Klein Groen Zwart Roode Vlier Elzen Eike Berken Linden Wilgen Ganzen Zwane Vinken Haver Tarwe Rogge Water Molen Kerk Burg Brug Hof Veld Bosch Duin Meer Polder Haven Schans Toren Poort Kade Ketel',
    endings: 'stra sma huis hof veld berg man kamp horst brink meijer hout dijk beek woud laar zijl wijk inga stein',
    particles: 'van de,van den,van der,de,van,ten,ter,te,op den',
    trades:
      'Bouw Techniek Transport Advies Installatie Logistiek Verzekeringen Zorg Metaal Energie Software Zaden Zuivel Vastgoed Media',
    legal: 'B.V.,BV,N.V.,Holding B.V.,Groep B.V.,Nederland B.V.',
    ending: 'nl',
  },
  da: {
    given:
      'Peter Anne Michael Mette Lars Kirsten Jens Hanne Thomas Henrik Søren Anna Christian Helle Jan Susanne Martin Lene Niels Maria Morten Marianne Jesper Inge Anders Karen Hans Lone Rasmus Camilla Mads Pia Kasper Louise Bjørn Charlotte Jørgen Gitte Frederik Tina Simon Emma Åse Bjarne Ulla Vibeke Dorthe Annette Kåre Sofie Ida Freja Mikkel Mikael Nikolaj Aage Torben Flemming Birgitte Sidsel',
    family:
      'Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Jakobsen Jacobsen Mikkelsen Olesen Frederiksen Laursen Henriksen Lund Schmidt Eriksen Holm Kristiansen Clausen Simonsen Svendsen Andreasen Iversen Østergaard Jeppesen Nissen Mogensen Vestergaard Jespersen Lauridsen Frandsen Kjær Jepsen Bertelsen Søndergaard Carlsen Dahl Bech Krogh',
    stems:
      'Nør Søn Øster Vester Kirke Skov Bøge Ege Linde Birke Sten Sand Lyng Hede Mose Kær Bakke Høj Dal Eng Ager Mølle Bro Havne Strand Sø Å Lille Stor Gammel',
    endings: 'gaard holm skov bjerg dal lund strup toft rup by sted bæk borg kjær mark',
    particles: '',
    trades: 'Byg Teknik Transport Rådgivning Energi Logistik Forsikring Pleje Metal Software Mejeri Ejendomme Medier Vind Pharma',
    legal: 'A/S,ApS,I/S,Holding A/S,Gruppen A/S,Danmark A/S',
    ending: 'dk',
  },
  en: {
    given:
      'James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Margaret Steven Ashley Paul Kimberly Andrew Emily Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda George Melissa Edward Deborah Martin Martina Fiona Siobhan Niall Rhys Gareth Eilidh Priya Wei Mohammed Aisha',
    family:
      'Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker Lee Allen Morris Khan Scott Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook Shaw Bell Collins',
    stems:
      'Ash Black Brad Bright Brook Burn Chester Clay Cliff Cran Dal East Elm Fair Green Hart Hather Hazel Holling Kings Lang Lock Mar North Oak Pem Red Rook Ros Stan Thorn Wake West Whit Win Wood',
    endings: 'ford ton ham wood field ley worth well bridge burn by croft den gate grove hurst land shaw stead wick',
    particles: '',
    trades:
      'Construction Engineering Transport Consulting Energy Logistics Insurance Care Metals Software Dairy Estates Media Marine Pharma',
    legal: 'Ltd,Limited,plc,Group Ltd,Holdings plc,UK Ltd',
    ending: 'co.uk',
  },
} as const;

/** The same numbers for the same seed, from 0 to 1 (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes people, draws connections and contacts among them, and writes each side as it would be written: with what people leave out, change and mistype. */
export class TiesMaker {
  readonly #random: () => number;
  readonly #mailboxes = new Set<string>();

  constructor(seed: number) {
    this.#random = dice(seed);
  }

  /** 40 % of the ties are among the contacts; the others are colleagues of contacts, or work where nobody is a contact. */
  world(ties: number, contacts: number): TiesWorld {
    const companies = Array.from({ length: Math.ceil(contacts / 12) }, () => this.#company());
    const people = Array.from({ length: contacts * 3 }, (_, number) => this.#person(companies, number));
    this.#shuffle(people);
    const inCrm = people.slice(0, contacts);
    const records = new Map(inCrm.map((person, index) => [person, String(501 + index)]));
    const shared = Math.round(ties * 0.4);
    const known = [...inCrm.slice(0, shared), ...people.slice(contacts, contacts + ties - shared)];
    this.#shuffle(known);
    const truth = new Map<string, string>();
    const lines = known.map((person) => {
      const record = records.get(person);
      if (record !== undefined) truth.set(urlOf(person), record);
      return this.#tieLine(person, companies);
    });
    this.#shuffle(inCrm);
    return {
      csv: `${preamble}${lines.join('\n')}\n`,
      contacts: inCrm.map((person) => this.#contact(person, records.get(person) ?? '')),
      truth,
    };
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Early items far more often than late ones. */
  #pickCommon<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() ** 2 * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  #shuffle<Item>(items: Item[]): void {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#random() * (last + 1));
      const [a, b] = [items[last], items[other]];
      if (a !== undefined && b !== undefined) [items[last], items[other]] = [b, a];
    }
  }

  #language(): Language {
    const draw = this.#random();
    return draw < 0.5 ? 'nl' : draw < 0.8 ? 'da' : 'en';
  }

  #compound(language: Language): string {
    return this.#pick(words[language].stems.split(' ')) + this.#pick(words[language].endings.split(' '));
  }

  #company(): Company {
    const language = this.#language();
    const { trades, legal, ending } = words[language];
    const name = () => `${this.#compound(language)}${this.#chance(0.7) ? ` ${this.#pick(trades.split(' '))}` : ''}`;
    const called = name();
    const label = asciiOf(called).replaceAll(' ', this.#chance(0.5) ? '-' : '');
    const former = this.#chance(0.05) ? name() : '';
    return { name: called, legal: this.#pick(legal.split(',')), domain: `${label}.${ending}`.toLowerCase(), former, language };
  }

  #family(language: Language): { readonly particle: string; readonly family: string } {
    const { family, particles } = words[language];
    const isCommon = this.#chance(language === 'da' ? 0.65 : language === 'nl' ? 0.3 : 0.4);
    const particle = particles !== '' && this.#chance(0.3) ? this.#pick(particles.split(',')) : '';
    return { particle, family: isCommon ? this.#pickCommon(family.split(' ')) : this.#compound(language) };
  }

  #person(companies: readonly Company[], number: number): Person {
    // A few companies employ many.
    const company = this.#chance(0.2)
      ? this.#pickCommon(companies.slice(0, Math.ceil(companies.length / 50)))
      : this.#pick(companies);
    const language = this.#chance(0.85) ? company.language : this.#language();
    const given = this.#pickCommon(words[language].given.split(' '));
    const { particle, family } = this.#family(language);
    const middle = this.#chance(language === 'da' ? 0.3 : 0.1) ? this.#compound(language) : '';
    const married = this.#chance(0.06) ? this.#family(language).family : '';
    const slug = `${asciiOf(`${given}-${family}`)}-${number.toString(16)}`;
    return { given, middle, particle, family, married, company, slug, workMail: this.#mailbox(given, family, company) };
  }

  /** A second Jan Jansen of a company has another mailbox. */
  #mailbox(given: string, family: string, { domain }: Company): string {
    const local = `${asciiOf(given)}.${asciiOf(family)}`.toLowerCase();
    let address = `${local}@${domain}`;
    for (let number = 2; this.#mailboxes.has(address); number += 1) address = `${local}${String(number)}@${domain}`;
    this.#mailboxes.add(address);
    return address;
  }

  /** A name as its bearer writes it; a married one with both names, or with the new one alone. */
  #ownName({ given, middle, particle, family, married }: Person): { readonly given: string; readonly family: string } {
    const whole = `${particle} ${family}`.trim();
    const isMiddleGiven = this.#chance(0.5);
    const names = married === '' ? whole : this.#chance(0.6) ? `${married}-${family}` : married;
    const isWritten = middle !== '' && this.#chance(0.5);
    return {
      given: isWritten && isMiddleGiven ? `${given} ${middle}` : given,
      family: isWritten && !isMiddleGiven ? `${middle} ${names}` : names,
    };
  }

  #tieLine(person: Person, companies: readonly Company[]): string {
    const { given, family } = this.#ownName(person);
    const decorated = this.#chance(0.03) ? `${family}, MBA` : this.#chance(0.01) ? `${family} 🚀` : family;
    const hasMoved = this.#chance(0.06);
    const company = this.#chance(0.03)
      ? this.#pick(['Freelance', 'Self-employed', 'ZZP', ''])
      : this.#companyByPerson(hasMoved ? this.#pick(companies) : person.company);
    const email = this.#chance(0.08) ? (this.#chance(0.5) ? person.workMail : privateMail(person)) : '';
    const fields = [given, decorated, urlOf(person), email, company, 'Manager', this.#day()];
    return fields.map((field) => csvField(field)).join(',');
  }

  #companyByPerson({ name, legal, former }: Company): string {
    const [first = name] = name.split(' ');
    const draw = this.#random();
    if (former !== '' && draw < 0.2) return former;
    if (draw < 0.3) return `${name} ${legal}`;
    if (draw < 0.36) return first;
    if (draw < 0.4) return `${name} International`;
    return draw < 0.41 ? this.#slip(name) : name;
  }

  #contact(person: Person, record: string): ContactFacts {
    const { given, middle, particle, company } = person;
    const plain = this.#chance(0.2) ? asciiOf : (text: string) => text;
    const isParticleAway = particle !== '' && this.#chance(0.25);
    // What a colleague typed in years ago: the maiden name, without the middle one.
    const family = this.#chance(0.025) ? this.#slip(person.family) : person.family;
    const whole = isParticleAway ? family : `${particle} ${family}`.trim();
    const shown = this.#chance(0.06) ? `${given.slice(0, 1)}.` : this.#chance(0.02) ? this.#slip(given) : given;
    const email = this.#chance(0.72) ? person.workMail : this.#chance(0.15) ? privateMail(person) : null;
    return {
      connection: 'hubspot',
      record,
      givenName: plain(middle !== '' && this.#chance(0.2) ? `${shown} ${middle}` : shown),
      familyName: plain(whole),
      email,
      profileUrl: this.#chance(0.08) ? urlOf(person) : null,
      company: this.#chance(0.05) ? null : this.#companyByColleague(company),
      companyDomain: null,
    };
  }

  #companyByColleague({ name, legal, former }: Company): string {
    const called = former !== '' && this.#chance(0.5) ? former : name;
    const spelt = this.#chance(0.015) ? this.#slip(called) : called;
    return this.#chance(0.6) ? `${spelt} ${legal}` : spelt;
  }

  /** One letter left out, doubled, changed or swapped. */
  #slip(text: string): string {
    const at = 1 + Math.floor(this.#random() * Math.max(1, text.length - 2));
    const [before, letter, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
    switch (Math.floor(this.#random() * 4)) {
      case 0:
        return before + after;
      case 1:
        return before + letter + letter + after;
      case 2:
        return before + this.#pick([...'aeinrst']) + after;
      default:
        return before + after.slice(0, 1) + letter + after.slice(1);
    }
  }

  #day(): string {
    const month = this.#pick('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '));
    return `${String(1 + Math.floor(this.#random() * 28)).padStart(2, '0')} ${month} ${String(2008 + Math.floor(this.#random() * 18))}`;
  }
}

const preamble = `Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing. Only those who allow it are in the file."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
`;

/** Letters without marks, as systems of the nineties wrote them. */
function asciiOf(text: string): string {
  return text
    .replace(/ø/gu, 'oe')
    .replace(/Ø/gu, 'Oe')
    .replace(/æ/gu, 'ae')
    .replace(/Æ/gu, 'Ae')
    .replace(/å/gu, 'aa')
    .replace(/Å/gu, 'Aa')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
}

function urlOf({ slug }: Person): string {
  return `https://www.linkedin.com/in/${slug.toLowerCase()}`;
}

function privateMail({ slug }: Person): string {
  return `${slug.toLowerCase()}@gmail.com`;
}
