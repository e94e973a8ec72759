/** Why a boundary of a region was refused, from the sentence on it as if it were a parcel: "it covers 12 ha; …". */
export function boundaryFault(reason: string): string {
  return reason
    .replace(/^Parcel \S+ /, 'it ')
    .replace(/ Divide it\.$/, ' Give the region a smaller boundary, or make several regions of it.');
}
