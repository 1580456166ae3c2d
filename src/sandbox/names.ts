/** First and last names of one origin, as the generated world uses them. */
export type NameSet = { readonly first: readonly string[]; readonly last: readonly string[] };

const words = (text: string, separator = ' '): readonly string[] => text.trim().split(separator);

/** Dutch names, with the prefixes that break naive sorting and splitting. */
export const dutch: NameSet = {
  first: words(
    'Annemarie Bastiaan Carolien Diederik Eveline Floortje Gijsbert Hendrika Ingeborg Jacobien Karlijn Laurens Marijke Nienke Olivier Pieternel Quirijn Roosmarijn Sanneke Thijmen Ursula Veerle Wouter Yfke Zwaantje Berendina Casper Doortje Egbert Femke',
  ),
  last: words(
    'van der Berg,de Vries,Bakker-Smit,van den Heuvel,Hoekstra,Terpstra,van Leeuwen,Dijksterhuis,ter Horst,Koopmans,van Rossum,Zijlstra,Wiersma,de Graaff,Oosterhuis,van Wijngaarden,Schoenmaker,Brouwers,in ’t Veld,Roelofs,van Nieuwkerk,Postma,Steenbergen,Vermeulen,Kuipers,Boonstra,van der Meulen,Haverkamp,Lagerwey,Noordermeer',
    ',',
  ),
};

/** Danish names, with the letters that break naive slugs. */
export const danish: NameSet = {
  first: words(
    'Asbjørn Birgitte Christoffer Dorthe Esben Frederikke Gunhild Henrik Ingeborg Jørgen Kirstine Laurits Mathilde Nikolaj Ottilie Palle Rasmus Signe Thorvald Ulrikke Vibeke Åse Bodil Camilla Ejnar Gorm Hjalte Karen-Margrethe Mikkel Solveig',
  ),
  last: words(
    'Sørensen,Kjærgaard,Østergaard,Mølgaard,Thygesen,Bach-Nielsen,Nørgaard,Holmgaard,Skovgaard,Damgaard,Lindegaard,Rosenkilde,Bjerregaard,Krogsgaard,Vestergaard,Munkholm,Højlund,Søndergaard,Kirkegaard,Toftegaard,Brandstrup,Dalsgaard,Hedegaard,Lauridsen,Mikkelsen,Overgaard,Ravnborg,Steensgaard,Wolffhechel,Ærøskov',
    ',',
  ),
};

/** Names from elsewhere: colleagues and contacts who are written to in English. */
export const international: NameSet = {
  first: words(
    'Aoife Bartholomew Chiara Dimitrios Eleonora Ferdinand Giulietta Hamish Ikechukwu Joaquín Katarzyna Leopold Mairead Nikhil Oluwaseun Priyanka Rosalind Siobhan Tomasz Valentina Wilhelmina Xiaoming Yevgenia Zbigniew Alasdair Bronwen Cordelia Desmond Esperanza Fionnuala',
  ),
  last: words(
    'Abernathy,Blankenship,Castellanos,Dziedzic,Eichendorff,Fitzgibbon,Grabowski,Hollingsworth,Iyengar,Jaworski,Konstantinou,Lindqvist,MacAllister,Nakagawa,Okonkwo,Papadopoulos,Quattrocchi,Ramakrishnan,Szymański,Thorncastle,Underwood,Villanueva,Wojciechowski,Xanthopoulos,Yamashiro,Zimmermann,Adeyemi,Bellincioni,Carruthers,Delacroix',
    ',',
  ),
};

/** First part of a company's name. */
export const companyBrands = words(
  'Noorderlicht Waddenzee Veluwe Zilvermeeuw Kastanje Oosterpoort Zonneveld Hanzestad Maasvlakte Duinrand Nordstjernen Vesterhav Bøgeskov Isbjerg Fjordblik Kystvejen Lyngheden Havørred Solsikke Granskov Blackthorn Silverbirch Meadowlark Stonebridge Larkspur Foxglove Heathland Kingfisher Amberwood Greywater Alpenrose Birkenhain Donauwelle Morgenstern Rosenthal Brugse Ardenne Vlaamse Schelde Meiboom',
);

/** Second part of a company's name: what it does. */
export const companyTrades = words(
  'Logistiek Zuivel Techniek Verzekeringen Drukkerij Installatie Papier Transport Byggeri Maskiner Rederi Møbler Energi Fødevarer Emballage Vindkraft Packaging Instruments Foods Textiles Engineering Shipping Analytics Pharma Maschinenbau Werkzeuge Anlagen Optik Bouw Scheepvaart',
);

/** Third part of a company's name: where it is. */
export const companyTowns = words(
  'Zwolle Deventer Groningen Breda Roermond Hoorn Zutphen Middelburg Aalborg Odense Esbjerg Viborg Horsens Kolding Randers Silkeborg Leeds Bristol Norwich Durham Hamburg Lübeck Kassel Ulm Gent Leuven Mechelen Kortrijk Malmö Göteborg',
);

/** Legal forms, in the spellings that matching has to survive. */
export const legalForms = words('B.V.,N.V.,A/S,ApS,GmbH,Ltd,Coöperatie U.A.,BV,AB,V.O.F.', ',');

const slugs = new Map<string, string>();

/** ASCII letters, digits and single dots, for the part of an address before the @. */
export function slug(text: string, joiner = '.'): string {
  const key = `${joiner}${text}`;
  const known = slugs.get(key);
  if (known !== undefined) return known;
  const made = makeSlug(text, joiner);
  // A large world asks for the same few thousand names a hundred times each.
  if (slugs.size < 50_000) slugs.set(key, made);
  return made;
}

const letters: Readonly<Record<string, string>> = { ø: 'oe', æ: 'ae', å: 'aa' };

function makeSlug(text: string, joiner: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[øæå]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  return plain.replace(/[^a-z0-9]+/g, joiner).replace(/^[.-]+|[.-]+$/g, '');
}
