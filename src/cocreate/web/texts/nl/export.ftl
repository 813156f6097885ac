# Een traject meenemen, met alles wat het bewijst.

export-title = Meenemen en zelf controleren
export-heading = { $title } meenemen
export-about = U krijgt één bestand met alle stappen en alles wat ze bewijst. U controleert het op uw eigen computer, zonder deze server.
export-holds = Wat erin zit
export-holds-events = Alle stappen, precies zoals ze zijn vastgelegd, met wie ze vastlegde.
export-holds-schemas = Een beschrijving van elk soort stap, zodat het over jaren nog te lezen is.
export-holds-proof = De ondertekende top van de boom, de vingerafdrukken en de sleutels.
export-holds-archive = Gegevens voor het archief (MDTO).
export-holds-report = Een verslag om te lezen, in het Nederlands en in het Engels.
export-get = Download
export-sight = Welke stappen
export-sight-internal = Alle stappen, ook interne
export-sight-public = Alleen openbare stappen
export-do = Download het bestand
export-on-record = Elke download wordt in het logboek vastgelegd. Persoonsgegevens staan versleuteld in het bestand.
export-verify = Zo controleert u het
export-verify-about = Installeer cocreate op uw eigen computer. Dan is deze ene opdracht genoeg:
export-verify-command = cocreate audit verify BESTAND --key SLEUTEL
export-verify-key-about = Neem als sleutel een die u van elders hebt. Anders bewijst het alleen dat het bestand met zichzelf klopt.
