/**
 * People and places of the demo library. Every culture has given names, family names that are
 * written out, and halves that make more of them, so that the number of people grows with the
 * library. Spellings keep their diacritics.
 */
export interface Culture {
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly heads: readonly string[];
  readonly tails: readonly string[];
  /** Share of the people, in percent. */
  readonly share: number;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const lines = (text: string): readonly string[] => text.trim().split(/\s*,\s*/);

export const cultures: readonly Culture[] = [
  {
    share: 22,
    given:
      words(`John Mary Robert Alice James Helen David Ruth William Margaret Peter Susan George Emily Thomas Jane Richard
      Katherine Edward Anne Henry Laura Charles Frances Andrew Julia Michael Eleanor Philip Grace Simon Rebecca Martin Claire`),
    family:
      lines(`Ellis, Baker, Thornton, O'Brien, Wright, Fletcher, MacLeod, Harding, Whitfield, O'Connor, Ashworth, Campbell,
      Bradley, Marsh, Fitzgerald, Holloway, Kendall, Lawson, McIntyre, Pemberton, Reid, St. John, Turner, Underhill, Vaughan`),
    heads: words(
      'Ash Black Brad Burn Clif Dun East Fair Gold Hart Hol Kings Lang Mar Nor Oak Pem Rad Stan Thorn Wal West Whit Win',
    ),
    tails: words('bourne bridge bury by combe field ford gate ham ley more son stead stone ton wick wood worth'),
  },
  {
    share: 12,
    given:
      words(`Jean Marie Pierre Claire Jacques Hélène François Anne Michel Sophie Émile Cécile André Françoise Louis Brigitte
      Jean-Pierre Geneviève Étienne Marguerite Yves Aurélie Benoît Anaïs Loïc Zoé`),
    family: lines(`Lefèvre, Dubois, Moreau, Girard, de La Tour, Besançon, Le Goff, Chevalier, Rousseau, Lançon, Le Gall,
      d'Alembert-Roux, Béranger, Courtois, Delacroix, Fournier, Guérin, Huguet, Joliet, Lemaître, Marchand`),
    heads: words('Beau Bel Bour Brû Char Clair Cour Del Du Font Gran Haut La Mont Mor Per Roch Saint Val Vieil Ville'),
    tails: words('champ mont ville val gny court fort lier rier sson tier neuve mesnil pré roux nac let zac'),
  },
  {
    share: 11,
    given:
      words(`Hans Anna Karl Greta Wolfgang Ursula Jürgen Käthe Friedrich Lise Dieter Renate Günther Hildegard Ernst Ilse
      Stefan Katrin Matthias Heike Bernd Sabine Jörg Annegret`),
    family:
      lines(`Müller, Schröder, von Weizsäck, Köhler, Hofmann, Größl, Krüger, Baumgärtner, Zimmermann, von der Heide,
      Schönfeld, Lindner, Vogt, Jäger, Böhm, Weiß, Fröhlich, Kästner, zur Mühlen`),
    heads: words(
      'Acker Alt Berg Birn Blum Eich Eisen Fels Gold Grün Hoch Kalten Linden Neu Ober Ritter Rosen Stein Wald Wein Zander',
    ),
    tails: words(
      'acher bach baum berg brunner burg dorf feld hauer heim hofer hoff mann mayer müller rath stein thal wald',
    ),
  },
  {
    share: 8,
    given:
      words(`Marco Giulia Paolo Francesca Luigi Chiara Giovanni Laura Antonio Elena Carlo Maria Enrico Silvia Niccolò Lucia
      Giorgio Beatrice Pietro Caterina`),
    family:
      lines(`Rossi, Bianchi, De Luca, Ferrari, Della Torre, Esposito, Galli, Marchetti, D'Angelo, Conti, Ricci, Barbieri,
      Lo Presti, Mancini, Di Stefano, Rinaldi`),
    heads: words(
      'Bel Bona Bru Cala Casta Conti Dona Ferra Gari Grima Loren Mala Mar Monte Palu Quatt Rava San Torre Vale',
    ),
    tails: words('bini cci celli chetti dini fiore gnoli landi lli magno nelli ni rella rini setti tella vini zzi'),
  },
  {
    share: 7,
    given:
      words(`José Carmen Luis Ana Miguel Lucía Javier María Carlos Isabel Andrés Pilar Joaquín Elena Álvaro Inés Ramón Núria
      Jorge Ximena`),
    family:
      lines(`García Moreno, Fernández, Núñez, de la Cruz, Rodríguez, Ibáñez, López-Herrera, Martínez, Peña, Sánchez Vega,
      Álvarez, Muñoz, Ortega, Castellanos, Quiñones`),
    heads: words(
      'Agui Alma Bena Cala Casti Echa Fuen Gua Hino Iri Lara Mendi Mon Oroz Sala Somo Torre Valde Villa Zava',
    ),
    tails: words('bar da dorf garay jares josa lba lla mayor mir nueva ño randa rez rrea sco te varría vides zo'),
  },
  {
    share: 7,
    given: words(
      `Ivan Olga Sergei Natalia Dmitri Elena Alexei Irina Nikolai Tatiana Andrei Svetlana Mikhail Vera Yuri Ludmila`,
    ),
    family: lines(
      `Ivanov, Petrova, Sokolov, Kuznetsov, Volkov, Morozov, Lebedev, Zaitsev, Pavlov, Orlov, Belov, Gavrilov`,
    ),
    heads: words(
      'Abra Bara Chern Dobr Fed Gor Grig Kal Kras Luk Mal Mir Nikon Ostr Pol Rakit Rom Sav Shar Tikh Ust Vor Yak Zhur',
    ),
    tails: words(
      'anov aev akov enko entsev ilov inov ikhin insky itsyn kovsky monov nikov odin ozov shchikov ulin yshev',
    ),
  },
  {
    share: 6,
    given: words(
      'Wei Xiaoming Li-Hua Jun Yan Xin Hao Mei Zhiqiang Ying Lei Na Jianguo Fang Bo Ting Qiang Rui Chen-Yu Yifan',
    ),
    family:
      words(`Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Tang Song Deng
      Feng Han Cao Zeng Peng Xiao Cai Pan Tian Dong Yuan Lü Jiang Shen`),
    heads: words('Ou Si Zhu Shang Dong Xia Huang Gong'),
    tails: words('yang ma ge guan fang hou fu sun'),
  },
  {
    share: 6,
    given: words('Haruto Yuki Kenji Aiko Takashi Naoko Hiroshi Emi Satoshi Keiko Makoto Sakura Kazuo Yoko Ryo Michiko'),
    family: words('Tanaka Suzuki Satō Takahashi Itō Yamamoto Nakamura Kobayashi Katō Yoshida Kondō Ōta'),
    heads: words(
      'Aka Ao Fuji Hase Hira Ishi Kawa Kita Kuro Matsu Mori Naga Naka Nishi Oka Saka Shima Taka Ue Yama Yoko',
    ),
    tails: words('be da gawa guchi hara hashi ishi mizu moto mura no oka saki shima ta tani uchi yama zawa'),
  },
  {
    share: 5,
    given: words(
      'Erik Ingrid Lars Astrid Bjørn Solveig Nils Karin Søren Mette Åke Sigrid Olof Kjerstin Jørgen Päivi Antti Aino',
    ),
    family: lines(
      'Andersson, Bjørnstad, Hansen, Lindström, Sørensen, Ångquist, Håkansson, Nygård, Mäkinen, Virtanen, Dahlberg',
    ),
    heads: words('Berg Bjørk Dal Ek Fors Grøn Hag Holm Lind Lund Ny Öst Ros Sand Sjö Ström Sund Vest'),
    tails: words('berg blad blom borg dal feldt gaard gren holt kvist land lund man mark qvist rud strand stad strøm'),
  },
  {
    share: 4,
    given: words(
      'Piotr Agnieszka Jan Zofia Tomasz Małgorzata Václav Jitka Jiří Božena Milan Dušana Łukasz Halina Stanisław Ewa',
    ),
    family: lines(
      'Kowalski, Nowak, Wiśniewska, Dvořák, Novotný, Čapek, Zieliński, Wójcik, Šimek, Łuczak, Říha, Jabłoński',
    ),
    heads: words('Boro Cze Dom Gra Hlav Jab Kacz Kraw Lew Mal Now Ol Pie Raj Sad Sobo Tom Urb Wal Zab'),
    tails: words('acki ański arek czyk ecki ek ewicz ewski ický iński kowski lewicz nický owski rowicz ský sza wiak'),
  },
  {
    share: 4,
    given: words('Rajesh Priya Arun Lakshmi Sanjay Anjali Vikram Meera Subir Kavita Ashok Nandini Ravi Sunita'),
    family: words(
      'Sharma Gupta Iyer Banerjee Patel Rao Mukherjee Singh Nair Chatterjee Desai Krishnan Bose Menon Joshi',
    ),
    heads: words('Ananda Bala Chandra Deva Gopala Hari Jaya Krishna Maha Nara Rama Sita Sri Vasu Venka'),
    tails: words('chari dran kar krishnan lingam moorthy murti nathan raman rajan swamy sekhar tesan vardhan'),
  },
  {
    share: 4,
    given: words('Jan Anneke Pieter Saskia Willem Marijke Hendrik Els Dirk Femke Joost Liesbeth'),
    family: lines(
      `van der Linden, de Vries, van den Berg, 't Hoen, Jansen, ten Brink, van Dijk, de Groot, van 't Veer, Visser, Smit`,
    ),
    heads: words('Bloem Boer Dijk Hoek Hof Kamp Koning Meer Oost Rood Veld Water Winter Zand'),
    tails: words('broek dam huis horst huizen kamp laar man meijer ma schoten stra veld zaal'),
  },
  {
    share: 4,
    given: words('Ahmed Fatima Omar Layla Youssef Nadia Hassan Amina Khalid Samira Mehmet Ayşe Reza Shirin Cem Zeynep'),
    family: lines(
      'Al-Khatib, Haddad, El-Sayed, Ben Youssef, Al-Rashid, Mansour, Yılmaz, Öztürk, Şahin, Rezaei, Nasser, Çelik',
    ),
    heads: words('Abdel Al- Ben El- Kara Demir Ak Nour Shah Mir'),
    tails: words('oğlu rahman aziz masri amin ghani salem tabrizi shirazi kader taş bulut han farouk najjar'),
  },
  {
    share: 3,
    given: words('David Noa Moshe Tamar Yosef Shira Eitan Yael Amos Rivka Uri Michal'),
    family: words('Cohen Levi Mizrahi Ben-Ari Shapira Katz Peretz Bar-Yosef Avrahami Golan Friedman Segal'),
    heads: words('Ben- Bar- Gold Rosen Shalo Ro Ash Har Lev Na'),
    tails: words('ari david berg blum feld man mi shtein tal yehuda zur vit'),
  },
  {
    share: 3,
    given: words(
      'Nikos Eleni Giorgos Maria Dimitris Sofia Kostas Katerina Yannis Despina João Beatriz Inês Tiago Luís Conceição',
    ),
    family: lines(
      'Papadopoulos, Nikolaidis, Georgiou, Silva, Gonçalves, Magalhães, Simões, Economou, dos Santos, Araújo',
    ),
    heads: words('Anagno Christo Dimitra Kara Koutso Mavro Papa Theo Triant Xeno Ald Carva Olive Nogu'),
    tails: words('dakis dimas doulos giannis kis kos lias nakis poulos stou eira inho ilho es'),
  },
];

/** Town, and how its university or institute signs. */
export const institutes: readonly string[] =
  lines(`Avalon Lab, Uppsala U, Geneva U, Padua U, Edinburgh U, Leiden Observ, Kyoto U,
  Göttingen U, Kraków AGH, Heidelberg U, Bologna U, Coimbra U, Salamanca U, Orsay LAL, Grenoble LPSC, Marseille CPPM, Zürich ETH,
  Vienna Tech U, Prague Charles U, Copenhagen NBI, Oslo U, Helsinki U, Oxford U, Cambridge U, Glasgow U, Manchester U, Princeton U,
  Chicago U, Berkeley UC, Toronto U, São Paulo U, Buenos Aires U, Santiago PUC, Beijing IHEP, Shanghai Jiao Tong U, Tokyo U, Osaka U,
  Seoul Natl U, Mumbai TIFR, Kolkata SINP, Moscow State U, Dubna JINR, Novosibirsk BINP, Kyiv U, Athens Natl Tech U, Istanbul Bogazici U,
  Haifa Technion, Rehovot WIS, Cairo U, Rabat U, Cape Town U, Melbourne U, Auckland U, Louvain U, Nijmegen U, Lisbon LIP, Madrid CIEMAT,
  Barcelona IFAE, Milan U, Naples U, Torino U, Munich MPI, Hamburg DESY, Bonn U, Dresden Tech U, Budapest ELTE, Ljubljana IJS, Vilnius U,
  Tartu Observ, Reykjavik U, Dublin Trinity Coll, Bergen U, Lund U, Valencia IFIC, Trieste SISSA, Pisa SNS, Lyon IPNL, Strasbourg IPHC`);
