// The mock's people and customers. All names are invented.

export const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString();
export const provider = { slug: "nordlicht", name: "Nordlicht Hosting" };
export const LONG_NAME = "Maximiliane-Friederike von Hohenstein-Wittgenau";

export const customers = [
	{ id: "c1", number: "K-1042", name: "Bäckerei Sonnenfeld", group: "Handwerk" },
	{ id: "c2", number: "K-1043", name: "Praxis am Lindenplatz", group: null },
	{
		id: "c3",
		number: "K-1077",
		name: "Sonnenfeld-Weidmannsluster Holzverarbeitungsgesellschaft",
		group: null,
	},
];

export const contacts = [
	{ id: "k1", name: "Mara Sonnenfeld", role: "owner" as const, support: true },
	{ id: "k2", name: "Ole Brandt", role: "member" as const, support: false },
];

export const products = [
	{ id: "panel", name: "Panel" },
	{ id: "shop", name: "Ladenkasse" },
];

export const jana = { id: "s1", name: "Jana Brückner", username: "jana" };
export const timo = { id: "s2", name: "Timo Neuhaus", username: "timo" };
