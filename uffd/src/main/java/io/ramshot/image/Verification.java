package io.ramshot.image;

import java.util.List;

/**
 * What a verification found.
 *
 * @param readBytes what was read and checked besides the metadata, in bytes
 * @param damages how many damages there are: a page counts once, and so does a stretch without
 *     pages
 * @param first the first of them in file order, at most {@link ImageVerifier#LISTED_DAMAGES}
 */
public record Verification(long readBytes, long damages, List<Damage> first) {

  public boolean isIntact() {
    return damages == 0;
  }
}
