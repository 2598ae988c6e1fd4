// The theme: ink on paper, one accent colour (blue-black ink), two faces.
// Read at build time too (vite.config.ts), so it must import nothing but Mantine.
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const ink: MantineColorsTuple = [
	"#eef2f8",
	"#dbe3ef",
	"#bccbe1",
	"#9db3d4",
	"#6f8cbb",
	"#4a69a0",
	"#34538b",
	"#274173",
	"#1d315a",
	"#142240",
];

// Greys with a little of the ink in them, so that no part is brown or blue beside the others in the dark.
const dark: MantineColorsTuple = [
	"#e9e7df",
	"#c7ccd2",
	"#a5adb7",
	"#76818e",
	"#4c5763",
	"#353f4b",
	"#1b2027",
	"#171b21",
	"#11151a",
	"#0d1014",
];

const red: MantineColorsTuple = [
	"#fbeeec",
	"#f5dad6",
	"#edb3ab",
	"#ea938a",
	"#dd6a5e",
	"#c9463a",
	"#b3332a",
	"#9c261e",
	"#7d1e18",
	"#5c1612",
];

/** Mantine theme of all pages. */
export const theme = createTheme({
	primaryColor: "ink",
	primaryShade: { light: 7, dark: 5 },
	autoContrast: true,
	luminanceThreshold: 0.3,
	colors: { ink, red, dark },
	fontFamily:
		'"Atkinson Hyperlegible Next Variable", "Atkinson Hyperlegible Next", system-ui, sans-serif',
	headings: {
		fontFamily: 'Literata, "Iowan Old Style", Georgia, serif',
		fontWeight: "500",
		sizes: {
			h1: { fontSize: "1.9rem", lineHeight: "1.2" },
			h2: { fontSize: "1.35rem", lineHeight: "1.3" },
			h3: { fontSize: "1.1rem", lineHeight: "1.35" },
		},
	},
	defaultRadius: "sm",
	radius: { xs: "2px", sm: "3px", md: "4px", lg: "6px", xl: "10px" },
	focusRing: "auto",
	respectReducedMotion: true,
	cursorType: "pointer",
});
