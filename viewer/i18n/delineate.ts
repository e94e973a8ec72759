/** Words of drawing and editing parcels. */
export const delineateMessages = {
  en: {
    'shell.page.delineate': 'Delineate',
    'draw.skip.register': 'To the register',
    'draw.register': 'Register of parcels',
    'draw.draft': 'Open draft',
    'draw.tab.map': 'Map',
    'draw.tab.parcels': 'Register',
    'draw.tab.parcel': 'Draft',
    'draw.tab.layers': 'Layers',
  },
  fr: {
    'shell.page.delineate': 'Délimiter',
    'draw.skip.register': 'Aller au registre',
    'draw.register': 'Registre des parcelles',
    'draw.draft': 'Brouillon ouvert',
    'draw.tab.map': 'Carte',
    'draw.tab.parcels': 'Registre',
    'draw.tab.parcel': 'Brouillon',
    'draw.tab.layers': 'Couches',
  },
  de: {
    'shell.page.delineate': 'Abgrenzen',
    'draw.skip.register': 'Zum Register',
    'draw.register': 'Register der Parzellen',
    'draw.draft': 'Offener Entwurf',
    'draw.tab.map': 'Karte',
    'draw.tab.parcels': 'Register',
    'draw.tab.parcel': 'Entwurf',
    'draw.tab.layers': 'Ebenen',
  },
} as const;
