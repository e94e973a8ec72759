# BFAST Monitor with the functions of R's strucchange, one series after the other, as the package bfast calls them.
# Arguments: a CSV without header (one series a line, NA = missing), time of the first value, places of the grid a year,
# first monitored place (from 1), order, TRUE|FALSE for the trend, all|ROC, level, file for the results.
# Prints the seconds of wall clock and of processor time.
suppressPackageStartupMessages(library(strucchange))
args <- commandArgs(trailingOnly = TRUE)
series <- as.matrix(read.csv(args[1], header = FALSE))
first <- as.numeric(args[2]); frequency <- as.numeric(args[3]); start <- as.integer(args[4])
order <- as.integer(args[5]); trend <- args[6] == "TRUE"; history <- args[7]; level <- as.numeric(args[8])

places <- seq_len(ncol(series))
times <- first + (places - 1) / frequency
terms <- data.frame(row.names = places)
if (trend) terms$trend <- places
for (k in seq_len(order)) {
  terms[[paste0("cos", k)]] <- cos(2 * pi * k * times)
  terms[[paste0("sin", k)]] <- sin(2 * pi * k * times)
}
model <- reformulate(names(terms), "response")

stable_from <- function(data) {
  process <- efp(model, data = data[nrow(data):1, ], type = "Rec-CUSUM")
  if (sctest(process)$p.value >= level) return(1)
  outside <- abs(as.vector(process$process)[-1]) > as.vector(boundary(process, alpha = level))[-1]
  length(process$process) - min(which(outside)) + 1
}

judge <- function(values) {
  data <- cbind(response = values, terms)
  seen <- places[!is.na(values)]
  past <- seen[seen < start]
  if (history == "ROC") past <- past[stable_from(data[past, ]):length(past)]
  used <- data[seen[seen >= past[1]], ]
  fitted <- mefp(model, data = data[past, ], type = "OLS-MOSUM", h = 0.25, period = 10, alpha = level)
  watched <- monitor(fitted, data = used, verbose = FALSE)
  season <- lm(model, data = data[past, ])
  later <- seen[seen >= start]
  departures <- values[later] - predict(season, newdata = data[later, ])
  found <- if (is.na(watched$breakpoint)) NA else seen[seen >= past[1]][watched$breakpoint]
  c(past[1], length(past), found, median(departures), summary(season)$sigma)
}

begin <- proc.time()
results <- t(apply(series, 1, judge))
spent <- proc.time() - begin
if (length(args) > 8) write.table(results, args[9], sep = ",", row.names = FALSE, col.names = FALSE, na = "")
cat("seconds", spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]], "\n")
