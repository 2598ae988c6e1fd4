/** Something shown once: large enough to copy by hand, selected as a whole by one click. */
export function Secret({ label, value }: { label: string; value: string }) {
	return (
		<p>
			{label}:{" "}
			<code style={{ fontSize: "1.25rem", userSelect: "all", overflowWrap: "anywhere" }}>
				{value}
			</code>
		</p>
	);
}
