import { useStore } from '../state.ts';

/** Whether the server answered last time; what needs it is disabled while not. */
export function useIsConnected(): boolean {
  return useStore((state) => state.isConnected);
}
