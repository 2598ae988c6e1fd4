// When a page cannot be drawn: say so, and never leave an empty sheet behind.
import { Component, type ReactNode } from "react";
import { Broken } from "./states";

interface BoundaryState {
	error: unknown;
}

export class Boundary extends Component<{ children: ReactNode }, BoundaryState> {
	override state: BoundaryState = { error: null };

	static getDerivedStateFromError(error: unknown): BoundaryState {
		return { error };
	}

	override render(): ReactNode {
		if (this.state.error === null) return this.props.children;
		return <Broken page error={this.state.error} again={() => location.reload()} />;
	}
}
