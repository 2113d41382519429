/** What the command line does with image files alone: compare, extract, report. */
package io.ramshot.agent.tools;
