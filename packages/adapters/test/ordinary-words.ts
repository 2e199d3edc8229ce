/** Words, names and sentences that hold a listed word inside another one, or almost. */
export const ordinaryNames = `
Scunthorpe Penistone Lightwater Clitheroe Essex Sussex Middlesex Wessex Cockermouth Cockfosters Cockburn Hancock Hitchcock
Peacock Babcock Woodcock Alcock Glasscock Dickens Dickinson Dickson Dickerson Benedick Bob Bobby Bo Boo Cassandra Cassidy
Bassett Assad Hassan Hasse Lasse Tassilo Cummings Cummins Cumberland Cumbria Titus Titania Tittmann Tito Titian Arsenal
Arsene Arsenio Kuntz Kunz Fagan Fagin Fagus Schlutz Slutsky Pricket Wankel Twatt Butte Butler Buttner Butterworth Poopó Pooh
Poppy Pope Cooney Coonan Coombs Conan Connor Connie Raccoon Tycoon Hellmann Hella Hellas Helle Heller Michelle Shelley Shell
Helen Helena Niger Nigeria Nigel Bitche Whorf Sexton Sextus Pissarro Pisa Matsushita Takeshita Fukuda Fukuoka Fuchs Fux
Analise Annal Anatole Puteaux Putin Conte Condé Merdeka Biteau Salopek Hurel Arschbach Focke Fotis Shittu Shinto Shiitake
Godard Godot Goddard Bastian Bastide Pussycat Pusey Penny Penélope Dyck Dykstra Van-Dyke Lake-Titicaca Montcuq
Moskau München Kassel Passau Assisi Assen Nassau Lassalle Grassau Massachusetts Arkansas Pass-Lueg
Angelika Björn Jürgen Käthe Léa Zoë Noël François Françoise Chloé Óscar Søren Łukasz Çelik Ağca Đặng Nguyễn Björk
`
  .trim()
  .split(/\s+/);

export const ordinaryTexts = [
  'The class assessed the assassin, as she said, but Bob has popped in.',
  'Hello, he’ll be in the shell shop at 8; we’ll pass the glass.',
  "He'll sit. She'll hit. It'll do.",
  'I am as good as he is, but I sit in a hut.',
  'Das ist eine Hölle aus Hitze, der Pass ist nass.',
  'Ein Spaß, ein Fass, ein Assistent; die Helligkeit der Halle.',
  'La classe analyse la passion, l’assiette et le bassin.',
  'Il conte à Constance que le convoi est à Pau.',
  'call +49 455 8008 5318, invoice 455-800-8, order A5 or B55-1',
  'v1.5.5, 0x455, 8008, 1337, 5.5.4, 2024-11-28, 10:45:55',
  'https://example.com/classes/assets?id=455&q=hello+world#shell',
  'snake_case_class, camelCasePass, SCREAMING_CLASS, kebab-class-pass',
  'a b c d e f g h i j k l m n o p q r s t u v w x y z',
  'p a s s the g l a s s, s h e l l, c l a s s',
  '|a|s|d|f| | h | e | l | p |',
  'C++ and C# and F#, a+b=c, @sam and @tess, $5, $$$, 100%, :-) ;-)',
  'good, goods, gods? cool; co-op; co-operate; re-sign; pop-up; as-is',
  'сок, рот и нос; класс, ассистент; кот',
  'ὁ λόγος· καλημέρα, κόσμος',
  '日本語の文章です。笨鸟先飞。',
];
