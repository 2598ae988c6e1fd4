//! The word pair that both sides read aloud (rule W6): whoever sees the same two words is in the
//! same call.
//!
//! Short, common nouns that are easy to say and hard to mishear. An open ground shows its pair again
//! after an update, so changing a list changes pairs that are being read out: add no word lightly.

use super::digits::derive;
use crate::kernel::{GroundId, Language, RecoveryId};

/// The word pair of a ground, two different words; without the key nobody can tell it from the id.
pub fn word_pair(key: &[u8; 32], ground: GroundId, language: Language) -> (&'static str, &'static str) {
    pair(key, b"pforte/pin/words/1", ground.0.as_bytes(), language)
}

/// The word pair of a recovery: the person reads it out to whoever approves, so that nobody approves somebody
/// else's (rule Z10).
pub fn recovery_pair(
    key: &[u8; 32],
    recovery: RecoveryId,
    language: Language,
) -> (&'static str, &'static str) {
    pair(key, b"pforte/recovery/words/1", recovery.0.as_bytes(), language)
}

fn pair(key: &[u8; 32], purpose: &[u8], id: &[u8; 16], language: Language) -> (&'static str, &'static str) {
    let words = match language {
        Language::German => &WORDS_DE,
        Language::English => &WORDS_EN,
    };
    let bytes = derive(key, purpose, id);
    let first = bytes[0];
    // 1 to 255 further on, so never the same word twice.
    let second = first.wrapping_add(1 + bytes[1] % 255);
    (words[usize::from(first)], words[usize::from(second)])
}

/// German, without umlauts, so that a word spelt out is spelt the same by all.
#[rustfmt::skip]
pub static WORDS_DE: [&str; 256] = [
    "Abend", "Adler", "Affe", "Ahorn", "Allee", "Ampel", "Amsel", "Anker", "Apfel", "Aster", "Auto",
    "Bagger", "Bahn", "Ball", "Bambus", "Banane", "Baum", "Becher", "Beere", "Berg", "Besen", "Beutel",
    "Biber", "Biene", "Birke", "Blatt", "Blitz", "Blume", "Bogen", "Bohne", "Boot", "Brief", "Brille",
    "Brot", "Brunnen", "Buch", "Bussard", "Butter", "Dach", "Dackel", "Dampf", "Daumen", "Delfin",
    "Diamant", "Distel", "Dorf", "Drache", "Eiche", "Eimer", "Elch", "Ente", "Erbse", "Erde", "Esel",
    "Eule", "Fahne", "Falke", "Farbe", "Feder", "Fenster", "Feuer", "Fisch", "Flagge", "Flasche", "Floh",
    "Fluss", "Forelle", "Foto", "Frosch", "Fuchs", "Funke", "Gabel", "Garten", "Gecko", "Geige", "Gipfel",
    "Giraffe", "Gitarre", "Glas", "Glocke", "Gold", "Gondel", "Gras", "Gurke", "Hafen", "Hagel", "Hamster",
    "Harfe", "Hase", "Haus", "Helm", "Hemd", "Himmel", "Hirsch", "Honig", "Hotel", "Huhn", "Hummel", "Hut",
    "Igel", "Insel", "Jacke", "Jaguar", "Juli", "Kabel", "Kaffee", "Kakadu", "Kaktus", "Kamel", "Kamin",
    "Kanal", "Karte", "Katze", "Keks", "Kerze", "Kette", "Kiesel", "Kino", "Kirsche", "Kissen", "Klavier",
    "Koala", "Koffer", "Komet", "Kompass", "Korb", "Korken", "Krabbe", "Kran", "Kranich", "Krone", "Kuchen",
    "Kugel", "Kupfer", "Lachs", "Lama", "Lampe", "Laterne", "Lavendel", "Leiter", "Lerche", "Libelle",
    "Licht", "Linde", "Lupe", "Magnet", "Mandel", "Maske", "Mehl", "Melone", "Milch", "Minze", "Mond",
    "Muschel", "Nadel", "Nashorn", "Nebel", "Nelke", "Nest", "Nuss", "Oase", "Ofen", "Olive", "Orgel",
    "Otter", "Paddel", "Palme", "Panda", "Papier", "Pappel", "Pelikan", "Perle", "Pfad", "Pfanne", "Pfeife",
    "Pferd", "Pilz", "Pinguin", "Pinsel", "Planet", "Pudel", "Quelle", "Rabe", "Radio", "Rakete", "Rasen",
    "Regen", "Reifen", "Rose", "Rubin", "Ruder", "Salat", "Salz", "Sand", "Sattel", "Schaf", "Schiff",
    "Schirm", "Schnee", "Schule", "Segel", "Seide", "Seife", "Sofa", "Sommer", "Sonne", "Spaten", "Specht",
    "Spiegel", "Stein", "Stern", "Stiefel", "Storch", "Strand", "Stuhl", "Sturm", "Tafel", "Tanne", "Tasse",
    "Taube", "Teich", "Teller", "Tennis", "Tiger", "Tomate", "Trommel", "Tulpe", "Tunnel", "Turm", "Ufer",
    "Uhr", "Urlaub", "Vase", "Veilchen", "Vogel", "Vulkan", "Wagen", "Wald", "Walnuss", "Wasser", "Welle",
    "Weste", "Wiese", "Winter", "Wolf", "Wolke", "Wurzel", "Zange", "Zebra", "Zelt", "Ziege", "Zimt",
    "Zirkus", "Zitrone", "Zucker", "Zug",
];

/// English.
#[rustfmt::skip]
pub static WORDS_EN: [&str; 256] = [
    "almond", "anchor", "apple", "arrow", "atlas", "avocado", "badge", "bagel", "bakery", "balcony",
    "bamboo", "banana", "banjo", "barn", "basil", "basket", "beach", "beacon", "beaver", "bell", "bench",
    "berry", "bicycle", "biscuit", "blanket", "blossom", "boat", "bonfire", "bottle", "bowl", "bracelet",
    "branch", "bread", "brick", "bridge", "broom", "bucket", "buffalo", "button", "cabin", "cactus",
    "camel", "camera", "candle", "canoe", "canyon", "caravan", "carpet", "carrot", "castle", "cello",
    "cherry", "chimney", "cinema", "circus", "cliff", "clock", "cloud", "clover", "coconut", "comet",
    "compass", "copper", "coral", "cotton", "crane", "crayon", "cricket", "crown", "cushion", "daisy",
    "dawn", "desert", "diamond", "dolphin", "donkey", "dragon", "drum", "eagle", "easel", "engine",
    "falcon", "feather", "fern", "fiddle", "field", "finch", "flag", "flute", "forest", "fossil",
    "fountain", "fox", "galaxy", "garden", "garlic", "gate", "ginger", "giraffe", "glacier", "glove",
    "gold", "grape", "guitar", "hammer", "hammock", "harbour", "harp", "hazel", "hedge", "helmet", "heron",
    "hill", "honey", "hotel", "iceberg", "igloo", "island", "jacket", "jasmine", "jelly", "jewel", "jungle",
    "kayak", "kettle", "kitchen", "kite", "kiwi", "koala", "ladder", "lagoon", "lake", "lamp", "lantern",
    "lavender", "leaf", "lemon", "lighthouse", "linen", "lion", "lizard", "lobster", "lotus", "magnet",
    "mango", "maple", "marble", "market", "meadow", "melon", "meteor", "mirror", "mitten", "monkey", "moon",
    "mountain", "muffin", "museum", "mushroom", "napkin", "needle", "nest", "nutmeg", "oasis", "ocean",
    "olive", "onion", "opera", "orange", "orchard", "orchid", "otter", "oven", "owl", "oyster", "paddle",
    "palace", "panda", "paper", "parrot", "peanut", "pebble", "pelican", "pencil", "penguin", "pepper",
    "piano", "picnic", "pigeon", "pillow", "pine", "planet", "plum", "pocket", "pony", "poppy", "postcard",
    "potato", "pumpkin", "puppet", "puzzle", "quilt", "rabbit", "radio", "rainbow", "raven", "ribbon",
    "river", "robin", "rocket", "rose", "ruby", "salmon", "scarf", "school", "shadow", "shell", "ship",
    "silver", "spoon", "squirrel", "star", "stone", "storm", "summer", "sunset", "swan", "table", "teapot",
    "thunder", "tiger", "tomato", "tower", "tractor", "train", "tulip", "tunnel", "turtle", "umbrella",
    "valley", "vanilla", "velvet", "village", "violin", "volcano", "waffle", "wagon", "walnut", "walrus",
    "water", "whale", "willow", "window", "winter", "yacht", "zebra",
];
