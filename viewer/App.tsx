/** The frame of the page. */
export function App() {
  return <main>Twin Canopy</main>;
}
